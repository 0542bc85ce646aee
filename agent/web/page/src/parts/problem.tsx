// SPDX-License-Identifier: Apache-2.0
// problem.tsx: what failed, as one sentence and what to do.
import type { Problem } from "../api/client";
import { useAround } from "../around";
import { Icon } from "./icon";

/// Each refused field tells why by itself (field.tsx).
function wordsOf(problem: Problem, words: ReturnType<typeof useAround>["words"]) {
    if (problem.fields.length > 0) return { sentence: words.problem.checkFields, hint: problem.hint };
    if (!problem.isUnreachable) return { sentence: problem.message, hint: problem.hint };
    if (problem.status === 0) {
        return { sentence: words.problem.unreachable, hint: words.problem.unreachableHint };
    }
    return { sentence: words.problem.strange(problem.status), hint: words.problem.strangeHint };
}

/// `retry` offers to try again.
export function ProblemBox({ problem, retry }: { problem: Problem; retry?: () => void }) {
    const { words } = useAround();
    const { sentence, hint } = wordsOf(problem, words);
    return (
        <div class="notice bad" role="alert">
            <Icon name="bad" />
            <div class="grow">
                <p class="strong">{sentence}</p>
                {hint !== "" && <p>{hint}</p>}
                {problem.code !== "" && (
                    <p class="quiet small">
                        {words.problem.code} {problem.code}
                    </p>
                )}
            </div>
            {retry && (
                <button type="button" class="button" onClick={retry}>
                    {words.tryAgain}
                </button>
            )}
        </div>
    );
}
