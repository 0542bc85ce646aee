// SPDX-License-Identifier: Apache-2.0
// jobs.tsx: all jobs, the newest first.
import type { Job, JobPage, PlanPage } from "contract";
import { useState } from "preact/hooks";

import { pathWith } from "../api/client";
import { useLive } from "../api/live";
import { useAround } from "../around";
import { Choice } from "../parts/field";
import { JobMark } from "../parts/state";
import { Moment } from "../parts/text";
import { Empty, Loaded, Pager, Panel, View } from "../parts/view";
import { addressOf, go } from "../route";
import { BackupTabs } from "./backup";

const everyMs = 3000;

type Shown = "all" | "active" | "ended";

export function JobsView({ state, plan }: { state: string | undefined; plan: string | undefined }) {
    const { words } = useAround();
    const say = words.jobs;
    const shown: Shown = state === "active" || state === "ended" ? state : "all";
    const [cursor, setCursor] = useState<string>();
    const query = { cursor, limit: 50, plan, state: shown === "all" ? undefined : shown };
    const page = useLive<JobPage>(pathWith("/jobs", query), everyMs);
    const plans = useLive<PlanPage>("/plans?limit=1000");
    const choosePlan = (id: string) => (id === "" ? go("jobs", shown) : go("jobs", shown, id));
    return (
        <View title={say.title}>
            <BackupTabs current="jobs" />
            <div class="filters">
                <Choice
                    label={say.show}
                    value={shown}
                    choices={[
                        ["all", say.all],
                        ["active", say.active],
                        ["ended", say.ended],
                    ]}
                    change={(choice) => (plan === undefined ? go("jobs", choice) : go("jobs", choice, plan))}
                />
                <Choice
                    label={say.plan}
                    value={plan ?? ""}
                    choices={[
                        ["", say.allPlans],
                        ...(plans.value?.items ?? []).map(({ id, name }): [string, string] => [id, name]),
                    ]}
                    change={choosePlan}
                />
            </div>
            <Loaded live={page}>
                {({ items, next }) =>
                    items.length === 0 ? (
                        <Empty icon="running" title={say.empty} lead={say.emptyLead} />
                    ) : (
                        <>
                            <Panel isFlush>
                                <JobTable jobs={items} />
                            </Panel>
                            <Pager isFirst={cursor === undefined} next={next} show={setCursor} />
                        </>
                    )
                }
            </Loaded>
        </View>
    );
}

export function JobTable({ jobs, isOfOnePlan = false }: { jobs: Job[]; isOfOnePlan?: boolean }) {
    const { words } = useAround();
    const say = words.jobs;
    if (jobs.length === 0) return <p class="quiet panel-foot">{say.empty}</p>;
    return (
        <div class="table-frame" tabIndex={0} role="region" aria-label={say.title}>
            <table>
                <thead>
                    <tr>
                        <th scope="col">{say.job}</th>
                        {!isOfOnePlan && <th scope="col">{say.plan}</th>}
                        <th scope="col">{say.state}</th>
                        <th scope="col">{say.started}</th>
                        <th scope="col" class="number">
                            {say.took}
                        </th>
                        <th scope="col" class="number">
                            {say.read}
                        </th>
                        <th scope="col" class="number">
                            {say.stored}
                        </th>
                        <th scope="col" class="number">
                            {say.faults}
                        </th>
                    </tr>
                </thead>
                <tbody>
                    {jobs.map((job) => (
                        <JobRow key={job.id} job={job} isOfOnePlan={isOfOnePlan} />
                    ))}
                </tbody>
            </table>
        </div>
    );
}

/// From start to end, in seconds; until now while it runs.
export function secondsTaken(job: Job): number | null {
    if (job.started === null) return null;
    const end = job.ended === null ? Date.now() : new Date(job.ended).getTime();
    return (end - new Date(job.started).getTime()) / 1000;
}

function JobRow({ job, isOfOnePlan }: { job: Job; isOfOnePlan: boolean }) {
    const { words, formats } = useAround();
    const seconds = secondsTaken(job);
    const now = job.progress ?? job;
    return (
        <tr>
            <th scope="row">
                <a href={addressOf("job", job.id)}>{words.job.title(job.id)}</a>
            </th>
            {!isOfOnePlan && (
                <td>
                    <bdi>{words.job.of(words.job.kinds[job.kind], job.planName)}</bdi>
                </td>
            )}
            <td>
                <JobMark state={job.state} />
            </td>
            <td>
                <Moment time={job.started ?? job.made} />
            </td>
            <td class="number">{seconds === null ? "–" : formats.duration(seconds)}</td>
            <td class="number">{formats.bytes(now.readBytes)}</td>
            <td class="number">{formats.bytes(now.storedBytes)}</td>
            <td class="number">{formats.integer(now.faults)}</td>
        </tr>
    );
}
