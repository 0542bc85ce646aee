// SPDX-License-Identifier: Apache-2.0
// plan_review.tsx: what a plan will do, in words.
import type { Policy } from "contract";
import type { ComponentChildren } from "preact";

import { useAround } from "../around";
import { Facts } from "../parts/facts";
import { Paths } from "../parts/text";
import { RunList, usePreview } from "./policy_preview";
import { commandLineOf, type PlanDraft, rangesOf, settingsOfDraft } from "./plan_draft";

function usePolicyText() {
    const { words } = useAround();
    return (policy: Policy | undefined) => {
        if (!policy) return words.wizard.instant;
        const when = words.policies.frequencyText(policy.frequency);
        return `${policy.name}: ${words.wizard.policyLine(when, words.policies.retentionText(policy.retention))}`;
    };
}

export function PlanSummary({ draft, policy }: { draft: PlanDraft; policy: Policy | undefined }) {
    const { words } = useAround();
    const say = words.wizard;
    const policyText = usePolicyText();
    const settings = settingsOfDraft(draft);
    const facts: Array<[string, ComponentChildren]> = [
        [say.sources, <Paths paths={settings.sources} />],
        [say.vault, <bdi>{draft.vault}</bdi>],
        [say.policy, <bdi>{policyText(policy)}</bdi>],
    ];
    const options = settings.options ?? [];
    if (options.length > 0) {
        facts.push([
            say.steps.options,
            <Paths paths={options.map(({ name, value }) => (value === "" ? name : `${name}: ${value}`))} />,
        ]);
    }
    if (draft.scriptBefore !== "") facts.push([say.scriptBefore, <bdi>{draft.scriptBefore}</bdi>]);
    if (draft.scriptAfter !== "") facts.push([say.scriptAfter, <bdi>{draft.scriptAfter}</bdi>]);
    if (draft.bandwidth.some((limit) => limit !== "")) facts.push([say.bandwidth, <Limits draft={draft} />]);
    facts.push([say.retries, draft.mostRetries]);
    return (
        <>
            <Facts facts={facts} />
            <h3>{say.commandLine}</h3>
            <pre class="command">
                <code>{commandLineOf(draft)}</code>
            </pre>
        </>
    );
}

function Limits({ draft }: { draft: PlanDraft }) {
    const { words, formats } = useAround();
    const hour = (value: number) => `${String(value).padStart(2, "0")}:00`;
    return (
        <ul class="plain">
            {rangesOf(draft.bandwidth).map((range) => (
                <li key={range.fromHour}>
                    {hour(range.fromHour)}–{hour(range.untilHour)}:{" "}
                    {words.job.perSecond(formats.bytes(range.bytesPerSecond))}
                </li>
            ))}
        </ul>
    );
}

/// The next five runs by a policy that is there already.
export function NextRuns({ policy }: { policy: Policy }) {
    const { name, frequency, firstBackup, retention } = policy;
    const { value } = usePreview({ name, frequency, firstBackup, retention }, undefined);
    return value ? <RunList runs={value.runs} /> : null;
}
