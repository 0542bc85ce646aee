// SPDX-License-Identifier: Apache-2.0
// backup.tsx: all plans, and what can be done with each.
import type { Plan, PlanPage } from "contract";
import { useState } from "preact/hooks";

import { pathWith } from "../api/client";
import { useLive } from "../api/live";
import { useAround } from "../around";
import { Icon } from "../parts/icon";
import { ProblemBox } from "../parts/problem";
import { JobMark } from "../parts/state";
import { MomentAndDistance, Paths } from "../parts/text";
import { Empty, Loaded, Pager, Panel, View } from "../parts/view";
import { addressOf } from "../route";
import { DeletePlanDialog, type PlanDeeds, usePlanDeeds } from "./plan_deeds";

const everyMs = 3000;

export function BackupTabs({ current }: { current: "plans" | "jobs" }) {
    const { words } = useAround();
    return (
        <nav class="tabs" aria-label={words.backup.title}>
            <a href={addressOf("backup")} aria-current={current === "plans" ? "page" : undefined}>
                {words.backup.tabPlans}
            </a>
            <a href={addressOf("jobs")} aria-current={current === "jobs" ? "page" : undefined}>
                {words.backup.tabJobs}
            </a>
        </nav>
    );
}

export function BackupView() {
    const { words } = useAround();
    const [cursor, setCursor] = useState<string>();
    const page = useLive<PlanPage>(pathWith("/plans", { cursor, limit: 50 }), everyMs);
    const [doomed, setDoomed] = useState<Plan>();
    const deeds = usePlanDeeds(page.reload);
    const newPlan = (
        <a class="button primary" href={addressOf("backup", "new")}>
            <Icon name="add" />
            {words.backup.newPlan}
        </a>
    );
    return (
        <View title={words.backup.title} actions={newPlan}>
            <BackupTabs current="plans" />
            {deeds.problem && <ProblemBox problem={deeds.problem} />}
            <Loaded live={page}>
                {({ items, next }) =>
                    items.length === 0 ? (
                        <Empty icon="backup" title={words.backup.empty} lead={words.backup.emptyLead}>
                            {newPlan}
                        </Empty>
                    ) : (
                        <>
                            <PlanTable plans={items} deeds={deeds} remove={setDoomed} />
                            <Pager isFirst={cursor === undefined} next={next} show={setCursor} />
                        </>
                    )
                }
            </Loaded>
            {doomed && (
                <DeletePlanDialog
                    plan={doomed}
                    close={() => setDoomed(undefined)}
                    deleted={() => {
                        setDoomed(undefined);
                        page.reload();
                    }}
                />
            )}
        </View>
    );
}

interface TableProps {
    plans: Plan[];
    deeds: PlanDeeds;
    remove: (plan: Plan) => void;
}

function PlanTable({ plans, deeds, remove }: TableProps) {
    const { words } = useAround();
    const say = words.backup;
    return (
        <Panel isFlush>
            <div class="table-frame" tabIndex={0} role="region" aria-label={say.tabPlans}>
                <table>
                    <thead>
                        <tr>
                            <th scope="col">{say.plan}</th>
                            <th scope="col">{say.lastResult}</th>
                            <th scope="col">{say.lastGood}</th>
                            <th scope="col">{say.nextRun}</th>
                            <th scope="col">
                                <span class="visually-hidden">{words.actions}</span>
                            </th>
                        </tr>
                    </thead>
                    <tbody>
                        {plans.map((plan) => (
                            <PlanRow key={plan.id} plan={plan} deeds={deeds} remove={remove} />
                        ))}
                    </tbody>
                </table>
            </div>
        </Panel>
    );
}

function PlanRow({ plan, deeds, remove }: { plan: Plan; deeds: PlanDeeds; remove: (plan: Plan) => void }) {
    const { words } = useAround();
    return (
        <tr>
            <th scope="row">
                <a href={addressOf("plan", plan.id)}>
                    <bdi>{plan.name}</bdi>
                </a>
                <Paths paths={plan.sources} />
            </th>
            <td>
                <LastResult plan={plan} />
            </td>
            <td>
                <MomentAndDistance time={plan.lastGood} otherwise={words.never} />
            </td>
            <td>
                <NextRun plan={plan} />
            </td>
            <td class="row-actions">
                <RowActions plan={plan} deeds={deeds} remove={remove} />
            </td>
        </tr>
    );
}

export function LastResult({ plan }: { plan: Plan }) {
    const { words } = useAround();
    if (!plan.lastJob) return <span class="quiet">{words.backup.never}</span>;
    return (
        <a class="mark-link" href={addressOf("job", plan.lastJob.id)}>
            <JobMark state={plan.lastJob.state} />
        </a>
    );
}

export function NextRun({ plan }: { plan: Plan }) {
    const { words, formats } = useAround();
    const say = words.backup;
    if (plan.stopped !== null) return <span class="quiet">{say.stoppedSince(formats.moment(plan.stopped))}</span>;
    if (plan.pause) return <span class="quiet">{say.pausedUntil(formats.moment(plan.pause.until))}</span>;
    return <MomentAndDistance time={plan.nextRun} otherwise={say.onRequest} />;
}

function RowActions({ plan, deeds, remove }: { plan: Plan; deeds: PlanDeeds; remove: (plan: Plan) => void }) {
    const { words } = useAround();
    const say = words.backup;
    return (
        <>
            <button
                type="button"
                class="button small"
                aria-label={say.runNamed(plan.name)}
                disabled={deeds.isBusy || plan.stopped !== null}
                onClick={() => deeds.run(plan)}
            >
                <Icon name="play" />
                {say.runNow}
            </button>
            {plan.pause ? (
                <button
                    type="button"
                    class="icon-button"
                    aria-label={say.resumeNamed(plan.name)}
                    title={say.resume}
                    disabled={deeds.isBusy}
                    onClick={() => deeds.resume(plan)}
                >
                    <Icon name="running" />
                </button>
            ) : (
                <button
                    type="button"
                    class="icon-button"
                    aria-label={say.pauseNamed(plan.name)}
                    title={say.pauseHour}
                    disabled={deeds.isBusy || plan.stopped !== null}
                    onClick={() => deeds.pause(plan)}
                >
                    <Icon name="pause" />
                </button>
            )}
            <a
                class="icon-button"
                href={addressOf("plan", plan.id, "edit")}
                aria-label={say.editNamed(plan.name)}
                title={words.edit}
            >
                <Icon name="edit" />
            </a>
            <button
                type="button"
                class="icon-button"
                aria-label={say.deleteNamed(plan.name)}
                title={words.delete}
                onClick={() => remove(plan)}
            >
                <Icon name="remove" />
            </button>
        </>
    );
}
