// SPDX-License-Identifier: Apache-2.0
// plan_steps.tsx: the fields of a plan, by the wizard's steps.
import type { PolicyPage, Vault, VaultPage } from "contract";
import { useId, useState } from "preact/hooks";

import type { Live } from "../api/live";
import { useAround } from "../around";
import { Dialog } from "../parts/dialog";
import { Check, Choice, Fault, TextField } from "../parts/field";
import { Icon } from "../parts/icon";
import { Loaded } from "../parts/view";
import { addressOf } from "../route";
import { hoursBetween, mostSources, noLimits, type PlanDraft } from "./plan_draft";
import { VaultForm } from "./vault_form";

export interface StepProps {
    draft: PlanDraft;
    change: (part: Partial<PlanDraft>) => void;
    faultAt: (field: string) => string | undefined;
}

export function WhatStep({ draft, change, faultAt }: StepProps) {
    const { words } = useAround();
    const say = words.wizard;
    return (
        <>
            <TextField
                label={say.name}
                hint={say.nameHint}
                fault={faultAt("name")}
                value={draft.name}
                change={(name) => change({ name })}
                isRequired
            />
            <Sources draft={draft} change={change} fault={faultAt("sources")} />
        </>
    );
}

function Sources({
    draft,
    change,
    fault,
}: {
    draft: PlanDraft;
    change: StepProps["change"];
    fault: string | undefined;
}) {
    const { words } = useAround();
    const say = words.wizard;
    const id = useId();
    const { sources } = draft;
    const set = (at: number, path: string) =>
        change({ sources: sources.map((old, index) => (index === at ? path : old)) });
    return (
        <fieldset class="field" aria-describedby={`${id}-hint`}>
            <legend>{say.sources}</legend>
            <p class="hint" id={`${id}-hint`}>
                {say.sourcesHint}
            </p>
            {sources.map((source, index) => (
                <div class="source" key={index}>
                    <input
                        type="text"
                        spellcheck={false}
                        autocomplete="off"
                        aria-label={say.source(index + 1)}
                        aria-invalid={fault ? true : undefined}
                        value={source}
                        onInput={(event) => set(index, event.currentTarget.value)}
                    />
                    {sources.length > 1 && (
                        <button
                            type="button"
                            class="icon-button"
                            aria-label={say.removeSource(index + 1)}
                            onClick={() => change({ sources: sources.filter((_, other) => other !== index) })}
                        >
                            <Icon name="close" />
                        </button>
                    )}
                </div>
            ))}
            <Fault id={`${id}-fault`} sentence={fault} />
            {sources.length < mostSources ? (
                <button type="button" class="button small" onClick={() => change({ sources: [...sources, ""] })}>
                    <Icon name="add" />
                    {say.addSource}
                </button>
            ) : (
                <p class="quiet">{say.mostSources}</p>
            )}
        </fieldset>
    );
}

export function WhereStep({ draft, change, faultAt, vaults }: StepProps & { vaults: Live<VaultPage> }) {
    const { words } = useAround();
    const say = words.wizard;
    const [isAdding, setAdding] = useState(false);
    const added = (vault: Vault) => {
        setAdding(false);
        vaults.reload();
        change({ vault: vault.name });
    };
    return (
        <Loaded live={vaults}>
            {({ items }) => (
                <>
                    <fieldset class="choices">
                        <legend>{say.vault}</legend>
                        {items.length === 0 && <p>{say.noVault}</p>}
                        {items.map((vault) => (
                            <label class="choice" key={vault.name}>
                                <input
                                    type="radio"
                                    name="vault"
                                    checked={draft.vault === vault.name}
                                    onChange={() => change({ vault: vault.name })}
                                />
                                <span class="stacked">
                                    <bdi class="strong">{vault.name}</bdi>
                                    <bdi class="quiet path">{vault.place}</bdi>
                                </span>
                            </label>
                        ))}
                        <Fault id="vault-fault" sentence={faultAt("vault")} />
                    </fieldset>
                    <button type="button" class="button" onClick={() => setAdding(true)}>
                        <Icon name="folder" />
                        {say.otherVault}
                    </button>
                    {isAdding && (
                        <Dialog title={words.vault.title} close={() => setAdding(false)}>
                            <p>{words.vault.lead}</p>
                            <VaultForm added={added} cancel={() => setAdding(false)} />
                        </Dialog>
                    )}
                </>
            )}
        </Loaded>
    );
}

export function WhenStep({
    draft,
    change,
    faultAt,
    policies,
    isNew,
}: StepProps & { policies: Live<PolicyPage>; isNew: boolean }) {
    const { words } = useAround();
    const say = words.wizard;
    return (
        <Loaded live={policies}>
            {({ items }) => (
                <>
                    <fieldset class="choices">
                        <legend>{say.policy}</legend>
                        {items.map((policy) => (
                            <label class="choice" key={policy.id}>
                                <input
                                    type="radio"
                                    name="policy"
                                    checked={draft.policy === policy.id}
                                    onChange={() => change({ policy: policy.id })}
                                />
                                <span class="stacked">
                                    <bdi class="strong">{policy.name}</bdi>
                                    <span class="quiet">
                                        {say.policyLine(
                                            words.policies.frequencyText(policy.frequency),
                                            words.policies.retentionText(policy.retention),
                                        )}
                                    </span>
                                </span>
                            </label>
                        ))}
                        <label class="choice">
                            <input
                                type="radio"
                                name="policy"
                                checked={draft.policy === null}
                                onChange={() => change({ policy: null })}
                            />
                            <span class="stacked">
                                <span class="strong">{say.instant}</span>
                                <span class="quiet">{say.instantHint}</span>
                            </span>
                        </label>
                        <Fault id="policy-fault" sentence={faultAt("policy")} />
                    </fieldset>
                    {isNew && (
                        <a class="button" href={addressOf("policies", "new", "plan")}>
                            <Icon name="add" />
                            {say.newPolicy}
                        </a>
                    )}
                </>
            )}
        </Loaded>
    );
}

export function OptionsStep({ draft, change, faultAt }: StepProps) {
    const { words } = useAround();
    const say = words.wizard;
    const otherOptions = draft.otherOptions.map(({ name, value }) => `${name} ${value}`.trim()).join(", ");
    return (
        <>
            <TextField
                label={say.excludes}
                hint={say.excludesHint}
                fault={faultAt("options")}
                value={draft.excludes}
                change={(excludes) => change({ excludes })}
                isLong
            />
            <div class="columns">
                <TextField
                    label={say.excludeTypes}
                    hint={say.excludeTypesHint}
                    value={draft.excludeTypes}
                    change={(excludeTypes) => change({ excludeTypes })}
                />
                <TextField
                    label={say.excludeLarger}
                    hint={say.excludeLargerHint}
                    value={draft.excludeLarger}
                    change={(excludeLarger) => change({ excludeLarger })}
                />
            </div>
            <Check
                label={say.excludeCaches}
                isOn={draft.excludeCaches}
                change={(excludeCaches) => change({ excludeCaches })}
            />
            <Check
                label={say.oneFileSystem}
                isOn={draft.oneFileSystem}
                change={(oneFileSystem) => change({ oneFileSystem })}
            />
            {draft.otherOptions.length > 0 && (
                <p class="quiet">
                    {say.otherOptions}: {otherOptions}. {say.otherOptionsHint}
                </p>
            )}
            <h3>{say.scripts}</h3>
            <div class="columns">
                <TextField
                    label={say.scriptBefore}
                    hint={say.scriptHint}
                    fault={faultAt("scriptBefore")}
                    value={draft.scriptBefore}
                    change={(scriptBefore) => change({ scriptBefore })}
                />
                <TextField
                    label={say.scriptAfter}
                    hint={say.scriptHint}
                    fault={faultAt("scriptAfter")}
                    value={draft.scriptAfter}
                    change={(scriptAfter) => change({ scriptAfter })}
                />
            </div>
            <h3>{say.bandwidth}</h3>
            <BandwidthFields draft={draft} change={change} fault={faultAt("bandwidth")} />
            <h3>{say.retry}</h3>
            <div class="columns">
                <TextField
                    label={say.retries}
                    hint={say.retriesHint}
                    fault={faultAt("retry")}
                    type="number"
                    value={draft.mostRetries}
                    change={(mostRetries) => change({ mostRetries })}
                />
                <TextField
                    label={say.firstWait}
                    hint={say.firstWaitHint}
                    type="number"
                    value={draft.firstWaitMinutes}
                    change={(firstWaitMinutes) => change({ firstWaitMinutes })}
                />
            </div>
        </>
    );
}

const hourNames = Array.from({ length: 25 }, (_, hour) => `${String(hour).padStart(2, "0")}:00`);

interface BandwidthProps {
    draft: PlanDraft;
    change: StepProps["change"];
    fault: string | undefined;
}

/// A field for each hour, and a row above them that fills several at once.
function BandwidthFields({ draft, change, fault }: BandwidthProps) {
    const { words } = useAround();
    const say = words.wizard;
    const id = useId();
    const [from, setFrom] = useState("8");
    const [until, setUntil] = useState("18");
    const [limit, setLimit] = useState("");
    const fill = () => {
        const filled = [...draft.bandwidth];
        for (const hour of hoursBetween(Number(from), Number(until))) filled[hour] = limit;
        change({ bandwidth: filled });
    };
    const hourChoices = (first: number, last: number) =>
        hourNames.slice(first, last + 1).map((name, index): [string, string] => [String(first + index), name]);
    return (
        <>
            <p class="hint">{say.bandwidthLead}</p>
            <div class="fill-row">
                <Choice label={say.bandwidthFrom} value={from} choices={hourChoices(0, 23)} change={setFrom} />
                <Choice label={say.bandwidthUntil} value={until} choices={hourChoices(1, 24)} change={setUntil} />
                <TextField label={say.bandwidthLimit} type="number" value={limit} change={setLimit} />
                <button type="button" class="button" onClick={fill}>
                    {say.bandwidthSet}
                </button>
                <button type="button" class="button" onClick={() => change({ bandwidth: noLimits() })}>
                    {say.bandwidthClear}
                </button>
            </div>
            <div class="hours" role="group" aria-label={say.bandwidth}>
                {draft.bandwidth.map((value, hour) => (
                    <label key={hour}>
                        <span>{hourNames[hour]}</span>
                        <input
                            type="number"
                            inputMode="decimal"
                            aria-label={say.bandwidthHour(hourNames[hour] ?? "")}
                            placeholder="–"
                            value={value}
                            onInput={(event) => {
                                const limits = [...draft.bandwidth];
                                limits[hour] = event.currentTarget.value;
                                change({ bandwidth: limits });
                            }}
                        />
                    </label>
                ))}
            </div>
            <Fault id={`${id}-fault`} sentence={fault} />
        </>
    );
}
