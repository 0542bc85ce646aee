// SPDX-License-Identifier: Apache-2.0
// around.ts: what every part of the page may use: words and figures in the person's language, and short news.
import { createContext } from "preact";
import { useContext } from "preact/hooks";

import type { Formats } from "./words/formats";
import type { Words } from "./words/words";

export interface Around {
    words: Words;
    formats: Formats;
    /// Says for some seconds, and to screen readers, that something was done.
    tell: (sentence: string) => void;
    /// Whether a password keeps others out.
    needsPassword: boolean;
    /// Reads the session again, after a password was set or the agent no longer knew this page.
    renewSession: () => void;
}

export const AroundContext = createContext<Around | null>(null);

export function useAround(): Around {
    const around = useContext(AroundContext);
    if (!around) throw new Error("There is nothing around this part of the page.");
    return around;
}
