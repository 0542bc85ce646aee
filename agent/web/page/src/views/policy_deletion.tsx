// SPDX-License-Identifier: Apache-2.0
// policy_deletion.tsx: asks for consent to what goes with a policy: its plans stop, their backups are deleted.
import type { GoesWithPolicy, Policy } from "contract";
import { useState } from "preact/hooks";

import { ask, pathWith } from "../api/client";
import { useLive } from "../api/live";
import { useAround } from "../around";
import { useAction } from "../parts/action";
import { Dialog } from "../parts/dialog";
import { TextField } from "../parts/field";
import { ProblemBox } from "../parts/problem";
import { Loaded } from "../parts/view";

interface DeletionProps {
    policy: Policy;
    close: () => void;
    deleted: () => void;
}

export function DeletePolicyDialog({ policy, close, deleted }: DeletionProps) {
    const { words, tell } = useAround();
    const say = words.policy;
    const consequences = useLive<GoesWithPolicy>(`/policies/${policy.id}/consequences`);
    const [typed, setTyped] = useState("");
    const action = useAction();
    const submit = (event: Event) => {
        event.preventDefault();
        if (typed !== policy.name) return;
        action.run(async () => {
            const path = pathWith(`/policies/${policy.id}`, { confirm: typed });
            const gone = await ask<GoesWithPolicy>("DELETE", path);
            tell(say.deleted(policy.name, gone.plans.length, gone.points));
            deleted();
        });
    };
    return (
        <Dialog title={say.deleteTitle(policy.name)} close={close}>
            <Loaded live={consequences}>
                {(goes) => (
                    <form onSubmit={submit} noValidate>
                        <Consequences goes={goes} />
                        {action.problem && <ProblemBox problem={action.problem} />}
                        <TextField label={say.typeName} hint={policy.name} value={typed} change={setTyped} />
                        <div class="dialog-actions">
                            <button type="button" class="button" onClick={close}>
                                {words.cancel}
                            </button>
                            <button
                                type="submit"
                                class="button danger"
                                disabled={typed !== policy.name || action.isBusy}
                            >
                                {goes.plans.length > 0 ? say.deleteYes : say.deleteYesAlone}
                            </button>
                        </div>
                    </form>
                )}
            </Loaded>
        </Dialog>
    );
}

function Consequences({ goes }: { goes: GoesWithPolicy }) {
    const { words, formats } = useAround();
    const say = words.policy;
    if (goes.plans.length === 0) return <p>{say.deleteNothing}</p>;
    return (
        <>
            <p>{say.deleteText}</p>
            <div class="consequences">
                <p class="strong">{say.goesPlans(goes.plans.length)}</p>
                <ul>
                    {goes.plans.map((plan) => (
                        <li key={plan.id}>
                            <bdi>{plan.name}</bdi>
                        </li>
                    ))}
                </ul>
                <p>{say.goesPoints(goes.points, formats.bytes(goes.storedBytes))}</p>
                {goes.runningJobs.length > 0 && <p>{say.goesJobs(goes.runningJobs.length)}</p>}
            </div>
        </>
    );
}
