// SPDX-License-Identifier: Apache-2.0
// action.ts: something a person asked for: whether it is under way, and why it failed.
import { useState } from "preact/hooks";

import { Problem } from "../api/client";

export interface Action {
    isBusy: boolean;
    problem: Problem | undefined;
    /// Does it, unless something is under way.
    run: (work: () => Promise<void>) => void;
    /// The sentence about a field that was refused.
    faultOf: (field: string) => string | undefined;
    forget: () => void;
}

export function useAction(): Action {
    const [isBusy, setBusy] = useState(false);
    const [problem, setProblem] = useState<Problem>();
    const run = (work: () => Promise<void>) => {
        if (isBusy) return;
        setBusy(true);
        setProblem(undefined);
        work()
            .catch((error: unknown) => setProblem(error instanceof Problem ? error : new Problem({})))
            .finally(() => setBusy(false));
    };
    return {
        isBusy,
        problem,
        run,
        faultOf: (field) => faultOf(problem, field),
        forget: () => setProblem(undefined),
    };
}

export function faultOf(problem: Problem | undefined, field: string): string | undefined {
    return problem?.fields.find((refused) => refused.field === field)?.sentence;
}
