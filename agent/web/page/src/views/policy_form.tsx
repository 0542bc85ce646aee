// SPDX-License-Identifier: Apache-2.0
// policy_form.tsx: makes or changes a policy, and shows at once what it would do.
import type { Frequency, Health, Policy, PolicySettings, Retention } from "contract";
import { useState } from "preact/hooks";

import { ask } from "../api/client";
import { useLive } from "../api/live";
import { useAround } from "../around";
import { faultOf, useAction } from "../parts/action";
import { Field, TextField } from "../parts/field";
import { Icon } from "../parts/icon";
import { ProblemBox } from "../parts/problem";
import { Loaded, Panel, View } from "../parts/view";
import { addressOf, go } from "../route";
import { planDraft } from "./plan_draft";
import { DeletePolicyDialog } from "./policy_deletion";
import { PolicyPreviewPanel, usePreview } from "./policy_preview";

/// As typed: a number may be empty or no number.
interface Draft {
    name: string;
    frequencyCount: string;
    frequencyUnit: Frequency["unit"];
    firstBackup: string;
    retentionCount: string;
    retentionUnit: Retention["unit"];
}

/// 22:00 by the agent's clock, today or, when that has passed, tomorrow.
function nextEvening(health: Health): string {
    const shown = new Date(new Date(health.time).getTime() + health.timeZoneAheadSeconds * 1000);
    if (shown.getUTCHours() >= 22) shown.setUTCDate(shown.getUTCDate() + 1);
    return `${shown.toISOString().slice(0, 10)}T22:00`;
}

function draftOf(policy: Policy): Draft {
    return {
        name: policy.name,
        frequencyCount: String(policy.frequency.count),
        frequencyUnit: policy.frequency.unit,
        firstBackup: policy.firstBackup,
        retentionCount: String(policy.retention.count),
        retentionUnit: policy.retention.unit,
    };
}

/// What is no whole number becomes 0, which the agent refuses with a sentence of its own.
function wholeNumber(text: string): number {
    return /^[0-9]{1,9}$/.test(text.trim()) ? Number(text) : 0;
}

function settingsOf(draft: Draft): PolicySettings {
    return {
        name: draft.name,
        frequency: { count: wholeNumber(draft.frequencyCount), unit: draft.frequencyUnit },
        firstBackup: draft.firstBackup,
        retention: { count: wholeNumber(draft.retentionCount), unit: draft.retentionUnit },
    };
}

/// `isForPlan`: the wizard for plans sent the person here, and goes on with the new policy.
export function NewPolicyView({ isForPlan }: { isForPlan: boolean }) {
    const { words, tell } = useAround();
    const health = useLive<Health>("/health");
    const save = async (settings: PolicySettings) => {
        const policy = await ask<Policy>("POST", "/policies", settings);
        tell(words.policy.created(policy.name));
        if (isForPlan) {
            planDraft.choosePolicy(policy.id);
            go("backup", "new");
        } else {
            go("policies");
        }
    };
    return (
        <View title={words.policy.titleNew}>
            <Loaded live={health}>
                {(read) => (
                    <PolicyForm
                        initial={{
                            name: "",
                            frequencyCount: "1",
                            frequencyUnit: "day",
                            firstBackup: nextEvening(read),
                            retentionCount: "30",
                            retentionUnit: "day",
                        }}
                        health={read}
                        save={save}
                        cancelTo={isForPlan ? addressOf("backup", "new") : addressOf("policies")}
                    />
                )}
            </Loaded>
        </View>
    );
}

export function EditPolicyView({ id }: { id: number }) {
    const { words, tell } = useAround();
    const health = useLive<Health>("/health");
    const policy = useLive<Policy>(`/policies/${id}`);
    const [isDeleting, setDeleting] = useState(false);
    const save = async (settings: PolicySettings) => {
        await ask<Policy>("PUT", `/policies/${id}`, settings);
        tell(words.policy.changed(settings.name));
        go("policies");
    };
    return (
        <View
            title={policy.value ? words.policy.titleEdit(policy.value.name) : words.policies.title}
            lead={policy.value && policy.value.plans > 0 ? words.policy.changesPlans(policy.value.plans) : undefined}
            actions={
                policy.value && (
                    <button type="button" class="button" onClick={() => setDeleting(true)}>
                        <Icon name="remove" />
                        {words.delete}
                    </button>
                )
            }
        >
            <Loaded live={policy}>
                {(read) => (
                    <PolicyForm
                        initial={draftOf(read)}
                        policy={read}
                        health={health.value}
                        save={save}
                        cancelTo={addressOf("policies")}
                    />
                )}
            </Loaded>
            {isDeleting && policy.value && (
                <DeletePolicyDialog
                    policy={policy.value}
                    close={() => setDeleting(false)}
                    deleted={() => go("policies")}
                />
            )}
        </View>
    );
}

interface FormProps {
    initial: Draft;
    policy?: Policy;
    health: Health | undefined;
    save: (settings: PolicySettings) => Promise<void>;
    cancelTo: string;
}

function PolicyForm({ initial, policy, health, save, cancelTo }: FormProps) {
    const { words } = useAround();
    const [draft, setDraft] = useState(initial);
    const [plan, setPlan] = useState<string>();
    const action = useAction();
    const preview = usePreview(settingsOf(draft), plan);
    const change = (part: Partial<Draft>) => {
        action.forget();
        setDraft((before) => ({ ...before, ...part }));
    };
    // The preview says at once what saving would refuse; a name still to be typed is no mistake.
    const faultAt = (field: string) => action.faultOf(field) ?? faultOf(preview.problem, field);
    const submit = (event: Event) => {
        event.preventDefault();
        action.run(() => save(settingsOf(draft)));
    };
    return (
        <div class="form-and-aside">
            <form class="panel" onSubmit={submit} noValidate>
                {action.problem && <ProblemBox problem={action.problem} />}
                <PolicyFields draft={draft} change={change} faultAt={faultAt} health={health} />
                <div class="form-actions">
                    <a class="button" href={cancelTo}>
                        {words.cancel}
                    </a>
                    <button type="submit" class="button primary" disabled={action.isBusy}>
                        {policy ? words.save : words.create}
                    </button>
                </div>
            </form>
            <Panel title={words.policy.preview}>
                <PolicyPreviewPanel preview={preview} policy={policy} plan={plan} choosePlan={setPlan} />
            </Panel>
        </div>
    );
}

interface FieldsProps {
    draft: Draft;
    change: (part: Partial<Draft>) => void;
    faultAt: (field: string) => string | undefined;
    health: Health | undefined;
}

function PolicyFields({ draft, change, faultAt, health }: FieldsProps) {
    const { words } = useAround();
    const say = words.policy;
    const clock = health ? say.agentClock(clockOf(health)) : "";
    return (
        <>
            <TextField
                label={say.name}
                hint={say.nameHint}
                fault={faultAt("name")}
                value={draft.name}
                isRequired
                change={(name) => change({ name })}
            />
            <NumberAndUnit
                label={say.frequency}
                hint={say.frequencyHint}
                fault={faultAt("frequency")}
                count={draft.frequencyCount}
                unit={draft.frequencyUnit}
                units={say.frequencyUnits}
                changeCount={(frequencyCount) => change({ frequencyCount })}
                changeUnit={(frequencyUnit) => change({ frequencyUnit })}
            />
            <Field label={say.firstBackup} hint={`${say.firstBackupHint} ${clock}`} fault={faultAt("firstBackup")}>
                {(ties) => (
                    <input
                        {...ties}
                        type="datetime-local"
                        step={draft.firstBackup.length > 16 ? 1 : 60}
                        value={draft.firstBackup}
                        onInput={(event) => change({ firstBackup: event.currentTarget.value })}
                    />
                )}
            </Field>
            <NumberAndUnit
                label={say.retention}
                hint={say.retentionHint}
                fault={faultAt("retention")}
                count={draft.retentionCount}
                unit={draft.retentionUnit}
                units={say.retentionUnits}
                changeCount={(retentionCount) => change({ retentionCount })}
                changeUnit={(retentionUnit) => change({ retentionUnit })}
            />
        </>
    );
}

/// What the agent's clock shows: "22:05".
function clockOf(health: Health): string {
    const shown = new Date(new Date(health.time).getTime() + health.timeZoneAheadSeconds * 1000);
    return shown.toISOString().slice(11, 16);
}

interface NumberAndUnitProps<T extends string> {
    label: string;
    hint: string;
    fault: string | undefined;
    count: string;
    unit: T;
    units: Record<T, string>;
    changeCount: (count: string) => void;
    changeUnit: (unit: T) => void;
}

function NumberAndUnit<T extends string>(props: NumberAndUnitProps<T>) {
    const { words } = useAround();
    const { label, hint, fault, count, unit, units, changeCount, changeUnit } = props;
    return (
        <Field label={label} hint={hint} fault={fault}>
            {(ties) => (
                <div class="number-and-unit">
                    <input
                        {...ties}
                        type="number"
                        value={count}
                        onInput={(event) => changeCount(event.currentTarget.value)}
                    />
                    <select
                        aria-label={`${label}: ${words.policy.unit}`}
                        value={unit}
                        onChange={(event) => changeUnit(event.currentTarget.value as T)}
                    >
                        {(Object.entries(units) as Array<[T, string]>).map(([choice, word]) => (
                            <option key={choice} value={choice} selected={choice === unit}>
                                {word}
                            </option>
                        ))}
                    </select>
                </div>
            )}
        </Field>
    );
}
