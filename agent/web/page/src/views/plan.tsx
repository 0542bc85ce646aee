// SPDX-License-Identifier: Apache-2.0
// plan.tsx: one plan: how it goes, what it does, its newest jobs.
import type { JobPage, Plan, Policy } from "contract";
import { useState } from "preact/hooks";

import { pathWith } from "../api/client";
import { useLive } from "../api/live";
import { useAround } from "../around";
import { Icon } from "../parts/icon";
import { ProblemBox } from "../parts/problem";
import { Facts } from "../parts/facts";
import { JobStrip } from "../parts/job_strip";
import { MomentAndDistance } from "../parts/text";
import { Loaded, Panel, View } from "../parts/view";
import { addressOf, go } from "../route";
import { LastResult, NextRun } from "./backup";
import { JobTable } from "./jobs";
import { DeletePlanDialog, usePlanDeeds } from "./plan_deeds";
import { draftOfPlan } from "./plan_draft";
import { PlanSummary } from "./plan_review";

const everyMs = 3000;
const jobsInStrip = 30;
const jobsInTable = 10;

export function PlanView({ id }: { id: string }) {
    const { words } = useAround();
    const plan = useLive<Plan>(`/plans/${encodeURIComponent(id)}`, everyMs);
    const [isDeleting, setDeleting] = useState(false);
    const deeds = usePlanDeeds(plan.reload);
    return (
        <View
            title={plan.value?.name ?? words.backup.title}
            actions={plan.value && <PlanActions plan={plan.value} deeds={deeds} remove={() => setDeleting(true)} />}
        >
            {deeds.problem && <ProblemBox problem={deeds.problem} />}
            <Loaded live={plan}>{(read) => <PlanPanels plan={read} />}</Loaded>
            {isDeleting && plan.value && (
                <DeletePlanDialog plan={plan.value} close={() => setDeleting(false)} deleted={() => go("backup")} />
            )}
        </View>
    );
}

interface ActionsProps {
    plan: Plan;
    deeds: ReturnType<typeof usePlanDeeds>;
    remove: () => void;
}

function PlanActions({ plan, deeds, remove }: ActionsProps) {
    const { words } = useAround();
    const say = words.backup;
    const isStopped = plan.stopped !== null;
    return (
        <>
            <button
                type="button"
                class="button primary"
                disabled={deeds.isBusy || isStopped}
                onClick={() => deeds.run(plan)}
            >
                <Icon name="play" />
                {say.runNow}
            </button>
            <button
                type="button"
                class="button"
                disabled={deeds.isBusy || isStopped}
                onClick={() => (plan.pause ? deeds.resume(plan) : deeds.pause(plan))}
            >
                <Icon name={plan.pause ? "running" : "pause"} />
                {plan.pause ? say.resume : say.pauseHour}
            </button>
            <a class="button" href={addressOf("plan", plan.id, "edit")}>
                <Icon name="edit" />
                {words.edit}
            </a>
            <button type="button" class="button" onClick={remove}>
                <Icon name="remove" />
                {words.delete}
            </button>
        </>
    );
}

function PlanPanels({ plan }: { plan: Plan }) {
    const { words } = useAround();
    const say = words.backup;
    const jobs = useLive<JobPage>(pathWith("/jobs", { plan: plan.id, limit: jobsInStrip }), everyMs);
    const policy = useLive<Policy>(plan.policy === null ? null : `/policies/${plan.policy}`);
    return (
        <>
            <Panel>
                <Facts
                    facts={[
                        [say.lastResult, <LastResult plan={plan} />],
                        [say.lastGood, <MomentAndDistance time={plan.lastGood} otherwise={words.never} />],
                        [say.nextRun, <NextRun plan={plan} />],
                        [say.newestJobs, <JobStrip jobs={jobs.value?.items ?? []} />],
                    ]}
                />
                {plan.lastJob && plan.lastJob.errorText !== "" && (
                    <p class="notice bad">
                        <Icon name="bad" />
                        <bdi class="grow">{plan.lastJob.errorText}</bdi>
                    </p>
                )}
            </Panel>
            <Panel
                title={say.jobsOfPlan}
                isFlush
                actions={
                    <a class="more" href={addressOf("points", plan.id)}>
                        {say.pointsOfPlan}
                    </a>
                }
            >
                <Loaded live={jobs}>
                    {({ items, next }) => (
                        <>
                            <JobTable jobs={items.slice(0, jobsInTable)} isOfOnePlan />
                            {(next !== null || items.length > jobsInTable) && (
                                <p class="panel-foot">
                                    <a href={addressOf("jobs", "all", plan.id)}>{words.showMore}</a>
                                </p>
                            )}
                        </>
                    )}
                </Loaded>
            </Panel>
            <Panel title={say.details}>
                <PlanSummary draft={draftOfPlan(plan)} policy={policy.value} />
            </Panel>
        </>
    );
}
