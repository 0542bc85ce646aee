// SPDX-License-Identifier: Apache-2.0
// policy_preview.tsx: the next runs of a policy that is being typed, and what it would keep of a plan's backups.
import type { PlanPage, Policy, PolicyPreview, PolicySettings } from "contract";
import { useEffect, useState } from "preact/hooks";

import { ask, pathWith, Problem } from "../api/client";
import { useLive } from "../api/live";
import { useAround } from "../around";
import { Choice } from "../parts/field";
import { Icon } from "../parts/icon";
import { ProblemBox } from "../parts/problem";
import { Moment, MomentAndDistance } from "../parts/text";

/// Typing is not asked about at every key.
const pauseMs = 250;
const runs = 5;
const mostBackups = 100;

export interface Preview {
    value: PolicyPreview | undefined;
    problem: Problem | undefined;
}

export function usePreview(settings: PolicySettings, plan: string | undefined): Preview {
    const [preview, setPreview] = useState<Preview>({ value: undefined, problem: undefined });
    // A policy without a name has runs, too.
    const question = JSON.stringify({ ...settings, name: settings.name.trim() === "" ? "-" : settings.name });
    useEffect(() => {
        let isOver = false;
        const look = async () => {
            const path = pathWith("/policies/preview", { runs, plan });
            try {
                const value = await ask<PolicyPreview>("POST", path, JSON.parse(question));
                if (!isOver) setPreview({ value, problem: undefined });
            } catch (error) {
                const problem = error instanceof Problem ? error : new Problem({});
                if (!isOver) setPreview({ value: undefined, problem });
            }
        };
        const timer = setTimeout(() => void look(), pauseMs);
        return () => {
            isOver = true;
            clearTimeout(timer);
        };
    }, [question, plan]);
    return preview;
}

export function RunList({ runs }: { runs: string[] }) {
    return (
        <ol class="runs">
            {runs.map((run) => (
                <li key={run}>
                    <MomentAndDistance time={run} otherwise="" />
                </li>
            ))}
        </ol>
    );
}

interface PanelProps {
    preview: Preview;
    policy: Policy | undefined;
    plan: string | undefined;
    choosePlan: (plan: string | undefined) => void;
}

export function PolicyPreviewPanel({ preview, policy, plan, choosePlan }: PanelProps) {
    const { words } = useAround();
    const say = words.policy;
    const { value, problem } = preview;
    return (
        <>
            <h3>{say.nextRuns}</h3>
            {problem && problem.fields.length === 0 && <ProblemBox problem={problem} />}
            {value ? <RunList runs={value.runs} /> : <p class="quiet">{say.noPreview}</p>}
            {policy && <KeptBackups policy={policy} preview={preview} plan={plan} choosePlan={choosePlan} />}
        </>
    );
}

interface KeptProps {
    policy: Policy;
    preview: Preview;
    plan: string | undefined;
    choosePlan: (plan: string | undefined) => void;
}

function KeptBackups({ policy, preview, plan, choosePlan }: KeptProps) {
    const { words } = useAround();
    const say = words.policy;
    const plans = useLive<PlanPage>(pathWith("/plans", { policy: policy.id, limit: 1000 }));
    const items = plans.value?.items ?? [];
    useEffect(() => {
        if (plan === undefined && items[0]) choosePlan(items[0].id);
    }, [plans.value]);
    return (
        <>
            <h3>{say.backups}</h3>
            {plans.value && items.length === 0 && <p class="quiet">{say.noPlans}</p>}
            {items.length > 0 && (
                <Choice
                    label={say.backupsOf}
                    value={plan ?? ""}
                    choices={items.map((item) => [item.id, item.name])}
                    change={choosePlan}
                />
            )}
            {items.length > 0 && preview.value && <BackupList backups={preview.value.backups} />}
        </>
    );
}

function BackupList({ backups }: { backups: PolicyPreview["backups"] }) {
    const { words, formats } = useAround();
    const say = words.policy;
    if (backups.length === 0) return <p class="quiet">{say.noBackups}</p>;
    const kept = backups.filter((backup) => backup.isKept).length;
    return (
        <>
            <p class="kept-count">{say.keptAndDropped(kept, backups.length - kept)}</p>
            <ul class="kept-list" tabIndex={0} aria-label={say.backups}>
                {backups.slice(0, mostBackups).map((backup) => (
                    <li key={backup.started} class={backup.isKept ? "kept" : "dropped"}>
                        <Icon name={backup.isKept ? "check" : "close"} />
                        <span class="stacked">
                            <Moment time={backup.started} />
                            <span class="quiet">
                                {backup.isKept ? say.keptUntil(formats.moment(backup.expires)) : say.dropped}
                            </span>
                        </span>
                    </li>
                ))}
            </ul>
        </>
    );
}
