// SPDX-License-Identifier: Apache-2.0
// restore_browse.tsx: the folders of a restore point, and what is chosen in them.
import type { Entry, EntryPage, Point } from "contract";
import { useState } from "preact/hooks";

import { pathWith } from "../api/client";
import { useLive } from "../api/live";
import { useAround } from "../around";
import { Icon } from "../parts/icon";
import { Moment } from "../parts/text";
import { Empty, Loaded, Pager, Panel } from "../parts/view";
import type { Chosen } from "./restore_form";

const mostAtOnce = 200;

/// A folder on the way to the one that is shown.
interface Step {
    key: string;
    name: string;
}

/// Keys are in hex, and a zero byte stands between their names.
function isBelow(key: string, above: string): boolean {
    return above === "" || key.startsWith(`${above}00`);
}

interface BrowserProps {
    point: Point;
    chosen: Chosen[];
    change: (chosen: Chosen[]) => void;
}

export function PointBrowser({ point, chosen, change }: BrowserProps) {
    const { words } = useAround();
    const say = words.restore;
    const [trail, setTrail] = useState<Step[]>([]);
    const [cursor, setCursor] = useState<string>();
    const folder = trail.at(-1)?.key ?? "";
    const path = `/points/${encodeURIComponent(point.vault)}/${point.id}/entries`;
    const page = useLive<EntryPage>(pathWith(path, { folder, cursor, limit: mostAtOnce }));
    const show = (steps: Step[]) => {
        setCursor(undefined);
        setTrail(steps);
    };
    // What is chosen with a folder is not chosen by itself, too.
    const choose = (entry: Entry, isOn: boolean) => {
        const others = chosen.filter(({ key }) => key !== entry.key && !isBelow(key, entry.key));
        change(isOn ? [...others, { key: entry.key, path: entry.path }] : others);
    };
    return (
        <Panel title={say.choose}>
            <p class="quiet">{say.chooseHint}</p>
            <Trail trail={trail} show={show} />
            <Loaded live={page}>
                {({ items, next }) => (
                    <>
                        {items.length === 0 ? (
                            <Empty icon="folder" title={say.emptyFolder} lead={say.emptyFolderLead} />
                        ) : (
                            <EntryTable
                                entries={items}
                                chosen={chosen}
                                choose={choose}
                                open={(entry) => show([...trail, { key: entry.key, name: entry.name }])}
                            />
                        )}
                        <Pager isFirst={cursor === undefined} next={next} names={say.pages} show={setCursor} />
                    </>
                )}
            </Loaded>
        </Panel>
    );
}

function Trail({ trail, show }: { trail: Step[]; show: (trail: Step[]) => void }) {
    const { words } = useAround();
    const steps: Step[] = [{ key: "", name: words.restore.root }, ...trail];
    return (
        <nav class="trail" aria-label={words.restore.trail}>
            <ol>
                {steps.map((step, depth) => (
                    <li key={step.key}>
                        {depth + 1 === steps.length ? (
                            <bdi aria-current="location">{step.name}</bdi>
                        ) : (
                            <button type="button" class="link" onClick={() => show(trail.slice(0, depth))}>
                                <bdi>{step.name}</bdi>
                            </button>
                        )}
                    </li>
                ))}
            </ol>
        </nav>
    );
}

interface TableProps {
    entries: Entry[];
    chosen: Chosen[];
    choose: (entry: Entry, isOn: boolean) => void;
    open: (entry: Entry) => void;
}

function EntryTable({ entries, chosen, choose, open }: TableProps) {
    const { words } = useAround();
    const say = words.restore;
    return (
        <div class="table-frame" tabIndex={0} role="region" aria-label={say.choose}>
            <table class="entries">
                <thead>
                    <tr>
                        <th scope="col">
                            <span class="visually-hidden">{say.restoreIt}</span>
                        </th>
                        <th scope="col">{say.name}</th>
                        <th scope="col" class="number">
                            {say.size}
                        </th>
                        <th scope="col">{say.modified}</th>
                    </tr>
                </thead>
                <tbody>
                    {entries.map((entry) => (
                        <EntryRow key={entry.key} entry={entry} chosen={chosen} choose={choose} open={open} />
                    ))}
                </tbody>
            </table>
        </div>
    );
}

interface RowProps {
    entry: Entry;
    chosen: Chosen[];
    choose: (entry: Entry, isOn: boolean) => void;
    open: (entry: Entry) => void;
}

function EntryRow({ entry, chosen, choose, open }: RowProps) {
    const { words, formats } = useAround();
    const say = words.restore;
    const isWithFolder = chosen.some(({ key }) => isBelow(entry.key, key));
    const isChosen = chosen.some(({ key }) => key === entry.key);
    const isFolder = entry.kind === "directory";
    return (
        <tr>
            <td>
                <input
                    type="checkbox"
                    aria-label={isWithFolder ? say.comesWithFolder(entry.name) : say.restoreNamed(entry.name)}
                    checked={isChosen || isWithFolder}
                    disabled={isWithFolder}
                    onChange={(event) => choose(entry, event.currentTarget.checked)}
                />
            </td>
            <th scope="row">
                {isFolder ? (
                    <button type="button" class="link" onClick={() => open(entry)}>
                        <Icon name="folder" />
                        <bdi>{entry.name}</bdi>
                    </button>
                ) : (
                    <bdi>{entry.name}</bdi>
                )}
                {entry.target !== null && (
                    <span class="quiet">
                        {" → "}
                        <bdi>{entry.target}</bdi>
                    </span>
                )}
                {!entry.isExact && <p class="quiet small">{say.notExact}</p>}
            </th>
            <td class="number">{isFolder ? "" : formats.bytes(entry.sizeBytes)}</td>
            <td>
                <Moment time={entry.modified} />
            </td>
        </tr>
    );
}
