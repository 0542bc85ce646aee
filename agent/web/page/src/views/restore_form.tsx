// SPDX-License-Identifier: Apache-2.0
// restore_form.tsx: where what was chosen goes, and what becomes of what is there already.
import type { Job, NewRestore, OnConflict } from "contract";
import { useState } from "preact/hooks";

import { ask } from "../api/client";
import { useAround } from "../around";
import { type Action, useAction } from "../parts/action";
import { Dialog } from "../parts/dialog";
import { Check, Choice, Fault, TextField } from "../parts/field";
import { Icon } from "../parts/icon";
import { ProblemBox } from "../parts/problem";
import { Panel } from "../parts/view";
import { go } from "../route";
import { DryRun } from "./restore_dry_run";

/// Something in a restore point, with all that is below it: its key names it, its path is for people.
export interface Chosen {
    key: string;
    path: string;
}

/// What is to be restored, whichever way it was found. No paths: the whole point.
export interface Selection {
    vault: string;
    client: string;
    point: string;
    paths: Chosen[];
}

interface Draft {
    isInPlace: boolean;
    target: string;
    onConflict: OnConflict;
    includes: string;
    excludes: string;
    isVerified: boolean;
    kibPerSecond: string;
}

const emptyDraft: Draft = {
    isInPlace: false,
    target: "",
    onConflict: "skip",
    includes: "",
    excludes: "",
    isVerified: true,
    kibPerSecond: "",
};

const rules: OnConflict[] = ["skip", "newer", "overwrite", "keep-both"];
const bytesOfKib = 1024;

const linesOf = (text: string) => text.split("\n").filter((line) => line.trim() !== "");

function restoreOf(selection: Selection, draft: Draft): NewRestore {
    const rate = Number(draft.kibPerSecond);
    return {
        vault: selection.vault,
        point: selection.point,
        ...(draft.isInPlace ? { inPlace: true } : { target: draft.target }),
        keys: selection.paths.map(({ key }) => key),
        includes: linesOf(draft.includes),
        excludes: linesOf(draft.excludes),
        onConflict: draft.onConflict,
        verify: draft.isVerified,
        ...(draft.kibPerSecond.trim() === "" ? {} : { bytesPerSecond: Math.round(rate * bytesOfKib) }),
    };
}

const mayReplace = ({ isInPlace, onConflict }: Draft) =>
    isInPlace && (onConflict === "overwrite" || onConflict === "newer");

export function RestoreForm({ selection }: { selection: Selection }) {
    const { words } = useAround();
    const say = words.restore;
    const [draft, setDraft] = useState(emptyDraft);
    const [tried, setTried] = useState<{ job: number; of: string }>();
    const [isAsking, setAsking] = useState(false);
    const action = useAction();
    const wanted = restoreOf(selection, draft);
    const change = (part: Partial<Draft>) => setDraft({ ...draft, ...part });
    const post = (more: Partial<NewRestore>) => ask<Job>("POST", "/restores", { ...wanted, ...more });
    const tryFirst = () =>
        action.run(async () => {
            const job = await post({ dryRun: true });
            setTried({ job: job.id, of: JSON.stringify(wanted) });
        });
    const start = (confirm?: string) =>
        action.run(async () => {
            const job = await post(confirm === undefined ? {} : { confirm });
            go("job", job.id);
        });
    const submit = (event: Event) => {
        event.preventDefault();
        if (mayReplace(draft)) setAsking(true);
        else start();
    };
    return (
        <Panel title={say.where}>
            <form class="restore-form" onSubmit={submit} noValidate>
                <ChosenList paths={selection.paths} />
                <Place draft={draft} change={change} action={action} client={selection.client} />
                <Rules draft={draft} change={change} action={action} />
                {action.problem && !isAsking && <ProblemBox problem={action.problem} />}
                {tried !== undefined && tried.of === JSON.stringify(wanted) && <DryRun job={tried.job} />}
                <div class="form-actions">
                    <span class="grow" />
                    <button type="button" class="button" disabled={action.isBusy} onClick={tryFirst}>
                        {say.tryFirst}
                    </button>
                    <button type="submit" class="button primary" disabled={action.isBusy}>
                        {say.start}
                    </button>
                </div>
            </form>
            {isAsking && (
                <ReplaceDialog client={selection.client} action={action} close={() => setAsking(false)} start={start} />
            )}
        </Panel>
    );
}

const mostListed = 20;

function ChosenList({ paths }: { paths: Chosen[] }) {
    const { words } = useAround();
    const say = words.restore;
    if (paths.length === 0) return <p class="strong">{say.everything}</p>;
    return (
        <div>
            <p class="strong">{say.chosen(paths.length)}</p>
            <ul class="paths">
                {paths.slice(0, mostListed).map(({ key, path }) => (
                    <li key={key}>
                        <bdi>{path}</bdi>
                    </li>
                ))}
            </ul>
        </div>
    );
}

interface PartProps {
    draft: Draft;
    change: (part: Partial<Draft>) => void;
    action: Action;
}

function Place({ draft, change, action, client }: PartProps & { client: string }) {
    const { words } = useAround();
    const say = words.restore;
    return (
        <fieldset class="choices">
            <legend>{say.place}</legend>
            <label class="choice">
                <input
                    type="radio"
                    name="place"
                    checked={!draft.isInPlace}
                    onChange={() => change({ isInPlace: false })}
                />
                <span class="stacked">
                    <span class="strong">{say.otherFolder}</span>
                    <span class="quiet">{say.otherFolderHint}</span>
                </span>
            </label>
            <label class="choice">
                <input
                    type="radio"
                    name="place"
                    checked={draft.isInPlace}
                    onChange={() => change({ isInPlace: true })}
                />
                <span class="stacked">
                    <span class="strong">{say.original}</span>
                    <span class="quiet">{say.originalHint(client)}</span>
                </span>
            </label>
            {!draft.isInPlace && (
                <TextField
                    label={say.folder}
                    hint={say.folderHint}
                    fault={action.faultOf("target")}
                    value={draft.target}
                    change={(target) => change({ target })}
                    isRequired
                />
            )}
            {draft.isInPlace && <Fault id="place-fault" sentence={action.faultOf("target")} />}
        </fieldset>
    );
}

function Rules({ draft, change, action }: PartProps) {
    const { words } = useAround();
    const say = words.restore;
    return (
        <>
            <Choice
                label={say.onConflict}
                value={draft.onConflict}
                choices={rules.map((rule) => [rule, say.rules[rule]])}
                change={(onConflict) => change({ onConflict })}
                fault={action.faultOf("onConflict")}
            />
            <details>
                <summary>{say.more}</summary>
                <TextField
                    label={say.includes}
                    hint={say.patternHint}
                    fault={action.faultOf("includes")}
                    value={draft.includes}
                    change={(includes) => change({ includes })}
                    isLong
                />
                <TextField
                    label={say.excludes}
                    hint={say.patternHint}
                    fault={action.faultOf("excludes")}
                    value={draft.excludes}
                    change={(excludes) => change({ excludes })}
                    isLong
                />
                <TextField
                    label={say.rate}
                    hint={say.rateHint}
                    fault={action.faultOf("bytesPerSecond")}
                    type="number"
                    value={draft.kibPerSecond}
                    change={(kibPerSecond) => change({ kibPerSecond })}
                />
            </details>
            <Check label={say.verify} isOn={draft.isVerified} change={(isVerified) => change({ isVerified })} />
        </>
    );
}

interface ReplaceProps {
    client: string;
    action: Action;
    close: () => void;
    start: (confirm: string) => void;
}

/// Files that are there are lost by it, so the name is typed.
function ReplaceDialog({ client, action, close, start }: ReplaceProps) {
    const { words } = useAround();
    const say = words.restore;
    const [typed, setTyped] = useState("");
    const submit = (event: Event) => {
        event.preventDefault();
        if (typed === client) start(typed);
    };
    return (
        <Dialog title={say.replaceTitle} close={close}>
            <form onSubmit={submit} noValidate>
                <div class="notice careful">
                    <Icon name="warning" />
                    <p>{say.replaceText}</p>
                </div>
                {action.problem && <ProblemBox problem={action.problem} />}
                <TextField
                    label={say.typeName}
                    hint={client}
                    fault={action.faultOf("confirm")}
                    value={typed}
                    change={setTyped}
                />
                <div class="dialog-actions">
                    <button type="button" class="button" onClick={close}>
                        {words.cancel}
                    </button>
                    <button type="submit" class="button danger" disabled={typed !== client || action.isBusy}>
                        {say.replaceYes}
                    </button>
                </div>
            </form>
        </Dialog>
    );
}
