// SPDX-License-Identifier: Apache-2.0
// overview.tsx: am I protected, what is wrong, what runs?
import type { Job, Overview, PolicyPage, Registration, VaultPage } from "contract";

import { type Live, useLive } from "../api/live";
import { useAround } from "../around";
import { Icon, type IconName } from "../parts/icon";
import { ProgressLine } from "../parts/progress";
import { needsAttention, ProtectionMark, type Tone } from "../parts/state";
import { MomentAndDistance } from "../parts/text";
import { Loaded, Panel, View } from "../parts/view";
import { addressOf, go } from "../route";
import { RegistrationForm } from "./registration";
import { WaitingForPassword } from "./waiting_password";

export function OverviewView({ overview }: { overview: Live<Overview> }) {
    const { words, needsPassword } = useAround();
    return (
        <View title={words.overview.title}>
            <Loaded live={overview}>
                {(value) => (
                    <>
                        <WaitingForPassword />
                        {countOf(value) === 0 ? <FirstSteps /> : <Answer overview={value} />}
                        {!needsPassword && <PasswordMissing />}
                        {value.problems.length > 0 && <Problems overview={value} />}
                        {countOf(value) > 0 && <Running jobs={value.runningJobs} queued={value.queuedJobs} />}
                        {countOf(value) > 0 && <Plans overview={value} />}
                    </>
                )}
            </Loaded>
        </View>
    );
}

/// The list may be cut; the counts are not.
function countOf(overview: Overview): number {
    const counted = Object.values(overview.planCounts).reduce((sum, count) => sum + count, 0);
    return Math.max(counted, overview.plans.length);
}

interface Verdict {
    tone: Tone;
    icon: IconName;
    title: string;
    lead: string;
}

function verdictOf(overview: Overview, words: ReturnType<typeof useAround>["words"]): Verdict {
    const counts = overview.planCounts;
    const all = countOf(overview);
    const bad = (counts["late"] ?? 0) + (counts["failing"] ?? 0) + (counts["stopped"] ?? 0);
    const good = counts["protected"] ?? 0;
    const say = words.overview;
    if (bad > 0) {
        const tone = (counts["failing"] ?? 0) + (counts["stopped"] ?? 0) > 0 ? "bad" : "careful";
        return { tone, icon: "warning", title: say.needsAttention(bad), lead: say.needsAttentionLead(good, all) };
    }
    if ((counts["never"] ?? 0) > 0) {
        return { tone: "careful", icon: "waiting", title: say.waitsForFirst, lead: say.waitsForFirstLead };
    }
    if (good === 0) {
        return { tone: "calm", icon: "none", title: say.nothingScheduled, lead: say.nothingScheduledLead };
    }
    return { tone: "good", icon: "good", title: say.allProtected, lead: say.allProtectedLead(good) };
}

function Answer({ overview }: { overview: Overview }) {
    const { words, formats } = useAround();
    const verdict = verdictOf(overview, words);
    const counts = Object.entries(overview.planCounts).filter(([, count]) => count > 0);
    return (
        <section class={`answer ${verdict.tone}`} aria-label={words.overview.question}>
            <Icon name={verdict.icon} />
            <div class="grow">
                <p class="answer-title">{verdict.title}</p>
                <p>{verdict.lead}</p>
            </div>
            <ul class="counts">
                {counts.map(([state, count]) => (
                    <li key={state}>
                        <span class="figure">{formats.integer(count)}</span>
                        <span>{words.states[state as keyof typeof words.states] ?? state}</span>
                    </li>
                ))}
            </ul>
        </section>
    );
}

function PasswordMissing() {
    const { words } = useAround();
    return (
        <div class="notice calm">
            <Icon name="lock" />
            <div class="grow">
                <p class="strong">{words.overview.passwordMissing}</p>
                <p>{words.overview.passwordMissingHint}</p>
            </div>
            <a class="button" href={addressOf("settings")}>
                {words.overview.setPassword}
            </a>
        </div>
    );
}

function Problems({ overview }: { overview: Overview }) {
    const { words } = useAround();
    return (
        <Panel title={words.overview.problems}>
            <ul class="problems">
                {overview.problems.map((problem, index) => (
                    <li key={index}>
                        <Icon name="warning" />
                        <div class="grow">
                            <p class="strong">
                                <bdi>{problem.sentence}</bdi>
                            </p>
                            {problem.hint !== "" && (
                                <p>
                                    <bdi>{problem.hint}</bdi>
                                </p>
                            )}
                        </div>
                        {problem.plan !== null && (
                            <a class="button" href={addressOf("plan", problem.plan)}>
                                {words.overview.openPlan}
                            </a>
                        )}
                    </li>
                ))}
            </ul>
        </Panel>
    );
}

function Running({ jobs, queued }: { jobs: Job[]; queued: number }) {
    const { words } = useAround();
    return (
        <Panel title={words.overview.running}>
            {jobs.length === 0 && <p class="quiet">{words.overview.nothingRunning}</p>}
            <ul class="running">
                {jobs.map((job) => (
                    <li key={job.id}>
                        <a href={addressOf("job", job.id)}>
                            <bdi>{words.job.of(words.job.kinds[job.kind], job.planName)}</bdi>
                        </a>
                        <ProgressLine job={job} />
                    </li>
                ))}
            </ul>
            {queued > 0 && (
                <p class="quiet">
                    <a href={addressOf("jobs", "active")}>{words.overview.queued(queued)}</a>
                </p>
            )}
        </Panel>
    );
}

function Plans({ overview }: { overview: Overview }) {
    const { words } = useAround();
    const say = words.overview;
    // What needs somebody comes first.
    const plans = [...overview.plans].sort(
        (left, right) => Number(needsAttention(right.state)) - Number(needsAttention(left.state)),
    );
    return (
        <Panel
            title={say.plans}
            isFlush
            actions={
                <a class="more" href={addressOf("backup")}>
                    {say.allPlans}
                </a>
            }
        >
            <div class="table-frame" tabIndex={0} role="region" aria-label={say.plans}>
                <table>
                    <thead>
                        <tr>
                            <th scope="col">{say.plan}</th>
                            <th scope="col">{say.state}</th>
                            <th scope="col">{say.lastGood}</th>
                            <th scope="col">{say.nextRun}</th>
                        </tr>
                    </thead>
                    <tbody>
                        {plans.map((plan) => (
                            <tr key={plan.id}>
                                <th scope="row">
                                    <a href={addressOf("plan", plan.id)}>
                                        <bdi>{plan.name}</bdi>
                                    </a>
                                </th>
                                <td>
                                    <ProtectionMark state={plan.state} />
                                </td>
                                <td>
                                    <MomentAndDistance time={plan.lastGood} otherwise={words.never} />
                                    {plan.lastGood !== null && (
                                        <a class="more" href={addressOf("points", plan.id)}>
                                            {words.points.restore}
                                            <span class="visually-hidden">: {plan.name}</span>
                                        </a>
                                    )}
                                </td>
                                <td>
                                    <MomentAndDistance
                                        time={plan.nextRun}
                                        otherwise={plan.state === "instant" ? say.onRequest : words.none}
                                    />
                                </td>
                            </tr>
                        ))}
                    </tbody>
                </table>
            </div>
        </Panel>
    );
}

/// What a new user does first, and how much of it is done.
function FirstSteps() {
    const { words } = useAround();
    const say = words.overview;
    const vaults = useLive<VaultPage>("/vaults");
    const policies = useLive<PolicyPage>("/policies?limit=1");
    const registration = useLive<Registration>("/registration");
    const isNew = vaults.value?.items.length === 0 && registration.value?.client === null;
    const steps = [
        {
            title: say.steps.vault,
            hint: say.steps.vaultHint,
            to: ["vaults", "new"],
            isDone: (vaults.value?.items.length ?? 0) > 0,
        },
        {
            title: say.steps.policy,
            hint: say.steps.policyHint,
            to: ["policies", "new"],
            isDone: (policies.value?.items.length ?? 0) > 0,
        },
        { title: say.steps.plan, hint: say.steps.planHint, to: ["backup", "new"], isDone: false },
    ];
    const current = steps.findIndex((step) => !step.isDone);
    return (
        <>
            <Steps steps={steps} current={current} />
            {isNew && (
                <Panel title={words.registration.title}>
                    <div class="narrow">
                        <p class="quiet">
                            {words.registration.lead}{" "}
                            <a href={addressOf("vaults", "new")}>{words.registration.orFolder}</a>
                        </p>
                        <RegistrationForm
                            hasPassword={registration.value?.hasPassword ?? false}
                            done={() => go("policies", "new")}
                        />
                    </div>
                </Panel>
            )}
        </>
    );
}

interface Step {
    title: string;
    hint: string;
    to: string[];
    isDone: boolean;
}

function Steps({ steps, current }: { steps: Step[]; current: number }) {
    const { words } = useAround();
    const say = words.overview;
    return (
        <section class="first-steps">
            <p class="answer-title">{say.nothingYet}</p>
            <p>{say.nothingYetLead}</p>
            <ol>
                {steps.map((step, index) => (
                    <li key={step.title} class={step.isDone ? "done" : ""}>
                        <span class="step-number" aria-hidden="true">
                            {step.isDone ? <Icon name="check" /> : index + 1}
                        </span>
                        <div class="grow">
                            <p class="strong">
                                {step.title}
                                {step.isDone && <span class="visually-hidden"> ({say.steps.done})</span>}
                            </p>
                            <p class="quiet">{step.hint}</p>
                        </div>
                        {!step.isDone && (
                            <a class={index === current ? "button primary" : "button"} href={addressOf(...step.to)}>
                                {step.title}
                            </a>
                        )}
                    </li>
                ))}
            </ol>
        </section>
    );
}
