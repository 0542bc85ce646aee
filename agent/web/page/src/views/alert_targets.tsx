// SPDX-License-Identifier: Apache-2.0
// alert_targets.tsx: who gets alerts, and of what.
import type {
    AlertRule,
    AlertRulePage,
    AlertSettings,
    AlertTarget,
    AlertTargetPage,
    AlertTest,
    PlanPage,
} from "contract";
import { useState } from "preact/hooks";

import { ask } from "../api/client";
import { type Live, useLive } from "../api/live";
import { useAround } from "../around";
import { useAction } from "../parts/action";
import { Dialog } from "../parts/dialog";
import { Choice, TextField } from "../parts/field";
import { Icon } from "../parts/icon";
import { ProblemBox } from "../parts/problem";
import { Empty, Loaded, Panel, View } from "../parts/view";
import { addressOf } from "../route";
import { TargetForm } from "./alert_target_form";

export function AlertTargetsView() {
    const { words } = useAround();
    const say = words.alerts;
    const targets = useLive<AlertTargetPage>("/alert-targets");
    const rules = useLive<AlertRulePage>("/alert-rules");
    return (
        <View
            title={say.whoHears}
            lead={say.whoHearsLead}
            actions={
                <a class="button" href={addressOf("alerts")}>
                    {say.title}
                </a>
            }
        >
            <Targets targets={targets} rules={rules} />
            <Rules targets={targets} rules={rules} />
            <Panel title={say.settings}>
                <Limits />
            </Panel>
        </View>
    );
}

interface ListsProps {
    targets: Live<AlertTargetPage>;
    rules: Live<AlertRulePage>;
}

function Targets({ targets, rules }: ListsProps) {
    const { words } = useAround();
    const say = words.alerts;
    const [added, setAdded] = useState<"mail" | "webhook">();
    return (
        <Panel
            title={say.targets}
            actions={
                <div class="actions">
                    <button type="button" class="button" onClick={() => setAdded("mail")}>
                        {say.addMail}
                    </button>
                    <button type="button" class="button" onClick={() => setAdded("webhook")}>
                        {say.addWebhook}
                    </button>
                </div>
            }
        >
            <Loaded live={targets}>
                {({ items }) =>
                    items.length === 0 ? (
                        <Empty icon="none" title={say.noTargets} lead={say.noTargetsLead} />
                    ) : (
                        <ul class="rows cards">
                            {items.map((target) => (
                                <TargetRow
                                    key={target.id}
                                    target={target}
                                    changed={() => {
                                        targets.reload();
                                        rules.reload();
                                    }}
                                />
                            ))}
                        </ul>
                    )
                }
            </Loaded>
            {added && (
                <Dialog title={added === "mail" ? say.addMail : say.addWebhook} close={() => setAdded(undefined)}>
                    <TargetForm
                        kind={added}
                        cancel={() => setAdded(undefined)}
                        added={() => {
                            setAdded(undefined);
                            targets.reload();
                        }}
                    />
                </Dialog>
            )}
        </Panel>
    );
}

function TargetRow({ target, changed }: { target: AlertTarget; changed: () => void }) {
    const { words, tell } = useAround();
    const say = words.alerts;
    const [told, setTold] = useState<AlertTest>();
    const action = useAction();
    const test = () =>
        action.run(async () => {
            setTold(undefined);
            setTold(await ask<AlertTest>("POST", `/alert-targets/${target.id}/test`));
        });
    const remove = () =>
        action.run(async () => {
            await ask("DELETE", `/alert-targets/${target.id}`);
            tell(say.targetRemoved(target.name));
            changed();
        });
    return (
        <li>
            <div class="view-head">
                <div class="grow">
                    <p class="strong">
                        <bdi>{target.name}</bdi>
                    </p>
                    <p class="quiet">
                        {say.targetKinds[target.kind]}: <bdi>{target.server}</bdi>
                        {target.recipients && (
                            <>
                                {" "}
                                → <bdi>{target.recipients.join(", ")}</bdi>
                            </>
                        )}
                    </p>
                </div>
                <div class="actions">
                    <button
                        type="button"
                        class="button"
                        disabled={action.isBusy}
                        aria-label={say.testNamed(target.name)}
                        onClick={test}
                    >
                        {action.isBusy ? say.testing : say.test}
                    </button>
                    <button
                        type="button"
                        class="icon-button"
                        disabled={action.isBusy}
                        aria-label={say.removeNamed(target.name)}
                        title={words.delete}
                        onClick={remove}
                    >
                        <Icon name="remove" />
                    </button>
                </div>
            </div>
            {action.problem && <ProblemBox problem={action.problem} />}
            <div role="status">
                {told && (
                    <p class={told.isDelivered ? "notice good" : "notice careful"}>
                        <Icon name={told.isDelivered ? "good" : "warning"} />
                        <span>
                            {told.isDelivered ? say.testTaken : say.testRefused} <bdi>{told.answer}</bdi> {told.hint}
                        </span>
                    </p>
                )}
            </div>
        </li>
    );
}

const kinds: Array<AlertRule["kinds"][number]> = [
    "job failed",
    "job partially completed",
    "run missed",
    "plan quiet",
    "vault unreachable",
    "password needed",
    "clock",
    "service",
];

function Rules({ targets, rules }: ListsProps) {
    const { words } = useAround();
    const say = words.alerts;
    const plans = useLive<PlanPage>("/plans?limit=1000");
    const action = useAction();
    const nameOf = (id: number) => targets.value?.items.find((target) => target.id === id)?.name ?? "";
    const planOf = (id: string) => plans.value?.items.find((plan) => plan.id === id)?.name ?? id;
    const about = (rule: AlertRule) =>
        [
            rule.kinds.length === 0 ? say.allKinds : rule.kinds.map((kind) => say.kinds[kind]).join(", "),
            say.fromSeverity(say.severities[rule.leastSeverity]),
            rule.plan === null ? "" : say.ofPlan(planOf(rule.plan)),
            rule.vault === null ? "" : say.ofVault(rule.vault),
        ]
            .filter((part) => part !== "")
            .join(" · ");
    const remove = (rule: AlertRule) =>
        action.run(async () => {
            await ask("DELETE", `/alert-rules/${rule.id}`);
            rules.reload();
        });
    return (
        <Panel title={say.rules}>
            {action.problem && <ProblemBox problem={action.problem} />}
            <Loaded live={rules}>
                {({ items }) => (
                    <>
                        {items.length === 0 && <p class="quiet">{say.noRules}</p>}
                        <ul class="rows cards">
                            {items.map((rule) => (
                                <li key={rule.id} class="view-head">
                                    <span class="grow">
                                        <bdi class="strong">{nameOf(rule.target)}</bdi>: <bdi>{about(rule)}</bdi>
                                    </span>
                                    <button
                                        type="button"
                                        class="icon-button"
                                        aria-label={say.removeRule(nameOf(rule.target))}
                                        title={words.delete}
                                        onClick={() => remove(rule)}
                                    >
                                        <Icon name="remove" />
                                    </button>
                                </li>
                            ))}
                        </ul>
                    </>
                )}
            </Loaded>
            {targets.value && targets.value.items.length > 0 && (
                <RuleForm
                    targets={targets.value.items}
                    plans={plans.value?.items.map(({ id, name }): [string, string] => [id, name]) ?? []}
                    added={rules.reload}
                />
            )}
        </Panel>
    );
}

interface RuleFormProps {
    targets: AlertTarget[];
    plans: Array<[string, string]>;
    added: () => void;
}

function RuleForm({ targets, plans, added }: RuleFormProps) {
    const { words } = useAround();
    const say = words.alerts;
    const [target, setTarget] = useState("");
    const [kind, setKind] = useState("");
    const [least, setLeast] = useState<AlertRule["leastSeverity"]>("warning");
    const [plan, setPlan] = useState("");
    const action = useAction();
    const submit = (event: Event) => {
        event.preventDefault();
        action.run(async () => {
            await ask("POST", "/alert-rules", {
                target: Number(target === "" ? targets[0]?.id : target),
                kinds: kind === "" ? [] : [kind],
                leastSeverity: least,
                ...(plan === "" ? {} : { plan }),
            });
            added();
        });
    };
    return (
        <form class="filters" onSubmit={submit} noValidate>
            <Choice
                label={say.target}
                value={target === "" ? String(targets[0]?.id) : target}
                choices={targets.map(({ id, name }): [string, string] => [String(id), name])}
                change={setTarget}
            />
            <Choice
                label={say.kind}
                value={kind}
                choices={[["", say.allKinds], ...kinds.map((each): [string, string] => [each, say.kinds[each]])]}
                change={setKind}
            />
            <Choice
                label={say.leastSeverity}
                value={least}
                choices={(["information", "warning", "error"] as const).map((each) => [each, say.severities[each]])}
                change={setLeast}
            />
            <Choice label={say.plan} value={plan} choices={[["", say.allPlans], ...plans]} change={setPlan} />
            <button type="submit" class="button" disabled={action.isBusy}>
                {say.addRule}
            </button>
            {action.problem && <ProblemBox problem={action.problem} />}
        </form>
    );
}

function Limits() {
    const settings = useLive<AlertSettings>("/alert-settings");
    return <Loaded live={settings}>{(read) => <LimitsForm key={JSON.stringify(read)} settings={read} />}</Loaded>;
}

function LimitsForm({ settings }: { settings: AlertSettings }) {
    const { words, tell } = useAround();
    const say = words.alerts;
    const [draft, setDraft] = useState({
        quietIntervals: String(settings.quietIntervals),
        quietHours: String(settings.quietHours),
        unreachableHours: String(settings.unreachableHours),
    });
    const action = useAction();
    const submit = (event: Event) => {
        event.preventDefault();
        action.run(async () => {
            await ask("PUT", "/alert-settings", {
                quietIntervals: Number(draft.quietIntervals),
                quietHours: Number(draft.quietHours),
                unreachableHours: Number(draft.unreachableHours),
            });
            tell(say.settingsSaved);
        });
    };
    return (
        <form class="narrow" onSubmit={submit} noValidate>
            {action.problem && <ProblemBox problem={action.problem} />}
            {(["quietIntervals", "quietHours", "unreachableHours"] as const).map((name) => (
                <TextField
                    key={name}
                    label={say.limits[name]}
                    fault={action.faultOf(name)}
                    type="number"
                    value={draft[name]}
                    change={(value) => setDraft({ ...draft, [name]: value })}
                />
            ))}
            <div class="form-actions">
                <button type="submit" class="button primary" disabled={action.isBusy}>
                    {words.save}
                </button>
            </div>
        </form>
    );
}
