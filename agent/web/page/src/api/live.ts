// SPDX-License-Identifier: Apache-2.0
// live.ts: what the agent says, kept up to date while somebody looks.
import { useCallback, useEffect, useRef, useState } from "preact/hooks";

import { askAgain, type Known, Problem } from "./client";

export interface Live<T> {
    /// Of the newest answer; stays when a later one fails.
    value: T | undefined;
    /// Why the newest question failed; undefined when it did not.
    problem: Problem | undefined;
    /// When `value` was read, in milliseconds since 1970.
    readAt: number;
    /// Asks at once.
    reload: () => void;
}

interface State<T> {
    path: string | null;
    known: Known<T> | undefined;
    problem: Problem | undefined;
    readAt: number;
}

const nothingOf = (path: string | null) => ({ path, known: undefined, problem: undefined, readAt: 0 });

/// Reads `path`, and again every `everyMs` while the page is visible; 0 reads once. A null path reads nothing.
export function useLive<T>(path: string | null, everyMs = 0): Live<T> {
    const [state, setState] = useState<State<T>>(nothingOf(path));
    const newest = useRef(state);
    const [round, setRound] = useState(0);
    const reload = useCallback(() => setRound((number) => number + 1), []);

    useEffect(() => {
        if (path === null) return;
        let isOver = false;
        let isReading = false;
        let timer: ReturnType<typeof setTimeout> | undefined;
        const take = (next: State<T>) => {
            newest.current = next;
            setState(next);
        };
        const read = async () => {
            const before = newest.current.path === path ? newest.current : nothingOf(path);
            isReading = true;
            try {
                const known = await askAgain<T>(path, before.known);
                if (isOver) return;
                const isSame = known === before.known && before.problem === undefined;
                const next = { path, known, problem: undefined, readAt: Date.now() };
                if (isSame) newest.current = next;
                else take(next);
            } catch (error) {
                if (isOver) return;
                take({ ...before, problem: error instanceof Problem ? error : new Problem({}) });
            }
            isReading = false;
            if (everyMs > 0) timer = setTimeout(next, everyMs);
        };
        const next = () => {
            timer = undefined;
            if (!document.hidden) void read();
        };
        const look = () => {
            if (everyMs > 0 && !document.hidden && !isReading && timer === undefined) void read();
        };
        void read();
        document.addEventListener("visibilitychange", look);
        return () => {
            isOver = true;
            clearTimeout(timer);
            document.removeEventListener("visibilitychange", look);
        };
    }, [path, everyMs, round]);

    const shown = state.path === path ? state : nothingOf(path);
    return { value: shown.known?.value, problem: shown.problem, readAt: newest.current.readAt, reload };
}
