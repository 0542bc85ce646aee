// SPDX-License-Identifier: Apache-2.0
// plan_wizard.tsx: makes or changes a plan in five steps: what, where, when, options, review.
import type { Job, Plan, Policy, PolicyPage, VaultPage } from "contract";
import { useEffect, useRef, useState } from "preact/hooks";

import { ask, type Problem } from "../api/client";
import { type Live, useLive } from "../api/live";
import { useAround } from "../around";
import { type Action, useAction } from "../parts/action";
import { ProblemBox } from "../parts/problem";
import { Loaded, View } from "../parts/view";
import { addressOf, go } from "../route";
import { draftOfPlan, isLimit, type PlanDraft, planDraft, settingsOfDraft } from "./plan_draft";
import { NextRuns, PlanSummary } from "./plan_review";
import { OptionsStep, type StepProps, WhatStep, WhenStep, WhereStep } from "./plan_steps";

const reviewStep = 4;

/// Which step asks for a field that the agent may refuse.
const stepOfField: Record<string, number> = { name: 0, client: 0, sources: 0, vault: 1, policy: 2 };
const stepOfOtherFields = 3;

export function NewPlanView() {
    const { words, tell } = useAround();
    const save = async (draft: PlanDraft, runsNow: boolean) => {
        const plan = await ask<Plan>("POST", "/plans", settingsOfDraft(draft));
        planDraft.clear();
        tell(words.wizard.created(plan.name));
        if (!runsNow) return go("backup");
        const job = await ask<Job>("POST", `/plans/${plan.id}/run`);
        go("job", job.id);
    };
    return (
        <View title={words.wizard.titleNew}>
            <Wizard
                initial={planDraft.kept}
                initialStep={planDraft.step}
                keep={(draft, step) => Object.assign(planDraft, { kept: draft, step })}
                save={save}
                cancelTo={addressOf("backup")}
                isNew
            />
        </View>
    );
}

export function EditPlanView({ id }: { id: string }) {
    const { words, tell } = useAround();
    const plan = useLive<Plan>(`/plans/${encodeURIComponent(id)}`);
    const save = async (draft: PlanDraft) => {
        await ask<Plan>("PUT", `/plans/${encodeURIComponent(id)}`, settingsOfDraft(draft));
        tell(words.wizard.changed(draft.name));
        go("plan", id);
    };
    return (
        <View title={plan.value ? words.wizard.titleEdit(plan.value.name) : words.backup.title}>
            <Loaded live={plan}>
                {(read) => (
                    <Wizard
                        initial={draftOfPlan(read)}
                        initialStep={0}
                        keep={() => {}}
                        save={save}
                        cancelTo={addressOf("plan", id)}
                    />
                )}
            </Loaded>
        </View>
    );
}

interface WizardProps {
    initial: PlanDraft;
    initialStep: number;
    keep: (draft: PlanDraft, step: number) => void;
    save: (draft: PlanDraft, runsNow: boolean) => Promise<void>;
    cancelTo: string;
    isNew?: boolean;
}

function Wizard({ initial, initialStep, keep, save, cancelTo, isNew = false }: WizardProps) {
    const { words } = useAround();
    const [draft, setDraft] = useState(initial);
    const [step, setStep] = useState(initialStep);
    const [tried, setTried] = useState(-1);
    const action = useAction();
    const vaults = useLive<VaultPage>("/vaults");
    const policies = useLive<PolicyPage>("/policies?limit=1000");
    const body = useRef<HTMLHeadingElement>(null);
    useEffect(() => keep(draft, step), [draft, step]);
    useEffect(() => goToRefused(action.problem, setStep), [action.problem]);

    const change = (part: Partial<PlanDraft>) => setDraft((before) => ({ ...before, ...part }));
    const show = (next: number) => {
        setStep(next);
        body.current?.focus();
    };
    const say = words.wizard;
    const own = ownFaults(draft, say);
    const faultAt = (field: string) =>
        (tried >= (stepOfField[field] ?? stepOfOtherFields) ? own[field] : undefined) ?? action.faultOf(field);
    const names = [say.steps.what, say.steps.where, say.steps.when, say.steps.options, say.steps.review];
    const isLacking = (index: number) =>
        Object.keys(own).some((field) => (stepOfField[field] ?? stepOfOtherFields) === index);
    const props = { draft, change, faultAt };
    const finish = (runsNow: boolean) => action.run(() => save(draft, runsNow));
    const next = () => {
        setTried(Math.max(tried, step));
        if (!isLacking(step)) show(step + 1);
    };

    return (
        <div class="wizard">
            <StepList names={names} step={step} show={show} isLacking={(index) => tried >= index && isLacking(index)} />
            <form
                class="panel"
                noValidate
                onSubmit={(event) => {
                    event.preventDefault();
                    if (step < reviewStep) next();
                    else finish(false);
                }}
            >
                <h2 ref={body} tabIndex={-1}>
                    <span class="visually-hidden">{say.step(step + 1, names.length)}: </span>
                    {names[step]}
                </h2>
                {action.problem && <ProblemBox problem={action.problem} />}
                <StepBody
                    step={step}
                    props={props}
                    vaults={vaults}
                    policies={policies}
                    isNew={isNew}
                    isReady={Object.keys(own).length === 0}
                />
                <WizardActions
                    step={step}
                    back={() => show(step - 1)}
                    cancelTo={cancelTo}
                    isNew={isNew}
                    action={action}
                    isReady={Object.keys(own).length === 0}
                    finish={finish}
                />
            </form>
        </div>
    );
}

function goToRefused(problem: Problem | undefined, setStep: (step: number) => void): void {
    const refused = problem?.fields.map(({ field }) => stepOfField[field] ?? stepOfOtherFields) ?? [];
    if (refused.length > 0) setStep(Math.min(...refused));
}

/// What the page itself sees lacking; all else the agent judges.
function ownFaults(draft: PlanDraft, say: ReturnType<typeof useAround>["words"]["wizard"]): Record<string, string> {
    return {
        ...(draft.name.trim() === "" ? { name: say.needsName } : {}),
        ...(draft.sources.every((source) => source === "") ? { sources: say.needsSource } : {}),
        ...(draft.vault === "" ? { vault: say.needsVault } : {}),
        ...(draft.bandwidth.every(isLimit) ? {} : { bandwidth: say.bandwidthTooLow }),
    };
}

interface StepListProps {
    names: string[];
    step: number;
    show: (step: number) => void;
    isLacking: (step: number) => boolean;
}

function StepList({ names, step, show, isLacking }: StepListProps) {
    return (
        <ol class="steps">
            {names.map((name, index) => (
                <li key={name}>
                    <button
                        type="button"
                        class={index < step ? "past" : ""}
                        aria-current={index === step ? "step" : undefined}
                        onClick={() => show(index)}
                    >
                        <span class="step-number" aria-hidden="true">
                            {isLacking(index) ? "!" : index + 1}
                        </span>
                        {name}
                    </button>
                </li>
            ))}
        </ol>
    );
}

interface StepBodyProps {
    step: number;
    props: StepProps;
    vaults: Live<VaultPage>;
    policies: Live<PolicyPage>;
    isNew: boolean;
    isReady: boolean;
}

function StepBody({ step, props, vaults, policies, isNew, isReady }: StepBodyProps) {
    const { words } = useAround();
    switch (step) {
        case 0:
            return <WhatStep {...props} />;
        case 1:
            return <WhereStep {...props} vaults={vaults} />;
        case 2:
            return <WhenStep {...props} policies={policies} isNew={isNew} />;
        case 3:
            return <OptionsStep {...props} />;
    }
    if (!isReady) return <p class="quiet">{words.wizard.notReady}</p>;
    const policy = policies.value?.items.find(({ id }) => id === props.draft.policy);
    return <Review draft={props.draft} policy={policy} />;
}

function Review({ draft, policy }: { draft: PlanDraft; policy: Policy | undefined }) {
    const { words } = useAround();
    const say = words.wizard;
    return (
        <>
            <p>{say.reviewLead}</p>
            <PlanSummary draft={draft} policy={policy} />
            <h3>{say.nextRuns}</h3>
            {policy ? <NextRuns policy={policy} /> : <p class="quiet">{say.noRuns}</p>}
        </>
    );
}

interface WizardActionsProps {
    step: number;
    back: () => void;
    cancelTo: string;
    isNew: boolean;
    action: Action;
    isReady: boolean;
    finish: (runsNow: boolean) => void;
}

function WizardActions({ step, back, cancelTo, isNew, action, isReady, finish }: WizardActionsProps) {
    const { words } = useAround();
    const say = words.wizard;
    const isLast = step === reviewStep;
    return (
        <div class="form-actions">
            <a class="button" href={cancelTo}>
                {words.cancel}
            </a>
            <span class="grow" />
            {step > 0 && (
                <button type="button" class="button" onClick={back}>
                    {words.back}
                </button>
            )}
            {!isLast && (
                <button type="submit" class={isNew ? "button primary" : "button"}>
                    {words.next}
                </button>
            )}
            {isLast && isNew && (
                <button type="button" class="button" disabled={!isReady || action.isBusy} onClick={() => finish(true)}>
                    {say.createAndRun}
                </button>
            )}
            {isLast && isNew && (
                <button type="submit" class="button primary" disabled={!isReady || action.isBusy}>
                    {say.create}
                </button>
            )}
            {!isNew && (
                <button
                    type="button"
                    class="button primary"
                    disabled={!isReady || action.isBusy}
                    onClick={() => finish(false)}
                >
                    {words.save}
                </button>
            )}
        </div>
    );
}
