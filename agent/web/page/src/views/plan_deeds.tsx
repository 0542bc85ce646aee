// SPDX-License-Identifier: Apache-2.0
// plan_deeds.tsx: what can be done with a plan: run, pause, go on, delete.
import type { Job, Plan } from "contract";

import { ask, type Problem } from "../api/client";
import { useAround } from "../around";
import { useAction } from "../parts/action";
import { Dialog } from "../parts/dialog";
import { ProblemBox } from "../parts/problem";
import { go } from "../route";

const pauseMinutes = 60;

export interface PlanDeeds {
    isBusy: boolean;
    problem: Problem | undefined;
    run: (plan: Plan) => void;
    pause: (plan: Plan) => void;
    resume: (plan: Plan) => void;
}

/// `changed` is called when a plan is another one than before.
export function usePlanDeeds(changed: () => void): PlanDeeds {
    const { words, formats, tell } = useAround();
    const action = useAction();
    const say = words.backup;
    return {
        isBusy: action.isBusy,
        problem: action.problem,
        run: (plan) =>
            action.run(async () => {
                const job = await ask<Job>("POST", `/plans/${plan.id}/run`);
                tell(say.queued(plan.name));
                go("job", job.id);
            }),
        pause: (plan) =>
            action.run(async () => {
                const paused = await ask<Plan>("PUT", `/plans/${plan.id}/pause`, { minutes: pauseMinutes });
                if (paused.pause) tell(say.paused(plan.name, formats.moment(paused.pause.until)));
                changed();
            }),
        resume: (plan) =>
            action.run(async () => {
                await ask<Plan>("DELETE", `/plans/${plan.id}/pause`);
                tell(say.resumed(plan.name));
                changed();
            }),
    };
}

export function DeletePlanDialog({ plan, close, deleted }: { plan: Plan; close: () => void; deleted: () => void }) {
    const { words, tell } = useAround();
    const say = words.backup;
    const action = useAction();
    const remove = () =>
        action.run(async () => {
            await ask("DELETE", `/plans/${plan.id}`);
            tell(say.deleted(plan.name));
            deleted();
        });
    return (
        <Dialog title={say.deleteTitle(plan.name)} close={close}>
            <p>{say.deleteText}</p>
            {action.problem && <ProblemBox problem={action.problem} />}
            <div class="dialog-actions">
                <button type="button" class="button" onClick={close}>
                    {words.cancel}
                </button>
                <button type="button" class="button danger" disabled={action.isBusy} onClick={remove}>
                    {say.deleteYes}
                </button>
            </div>
        </Dialog>
    );
}
