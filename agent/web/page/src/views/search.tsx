// SPDX-License-Identifier: Apache-2.0
// search.tsx: finds files by name in all restore points, and the versions of each to choose from.
import type { FoundPath, FoundPathPage, FoundVersion, SearchIndexList, VaultPage } from "contract";
import { useEffect, useState } from "preact/hooks";

import { pathWith } from "../api/client";
import { useLive } from "../api/live";
import { useAround } from "../around";
import { Choice, TextField } from "../parts/field";
import { Icon } from "../parts/icon";
import { Moment, MomentAndDistance } from "../parts/text";
import { Empty, Loaded, Pager, Panel, View } from "../parts/view";
import { Doors } from "./restore";
import { RestoreForm } from "./restore_form";

type Kind = "" | "file" | "folder" | "link";
type Order = "newest" | "path";

interface Filters {
    text: string;
    vault: string;
    kind: Kind;
    order: Order;
    leastMib: string;
    modifiedFrom: string;
    backedUpUntil: string;
}

const noFilters: Filters = {
    text: "",
    vault: "",
    kind: "",
    order: "newest",
    leastMib: "",
    modifiedFrom: "",
    backedUpUntil: "",
};

/// While somebody types nothing is asked.
const restMs = 300;
const bytesOfMib = 1_048_576;

/// The moment of a "datetime-local" input, which is by the browser's zone, as the agent takes it.
function momentOf(local: string): string | undefined {
    const moment = new Date(local);
    if (local === "" || Number.isNaN(moment.getTime())) return undefined;
    return `${moment.toISOString().slice(0, 19)}Z`;
}

function pathOf(filters: Filters, cursor: string | undefined): string | null {
    const { text, vault, kind, order, leastMib, modifiedFrom, backedUpUntil } = filters;
    if (text.trim() === "") return null;
    const least = Number(leastMib);
    return pathWith("/search", {
        text,
        vault,
        kind,
        order,
        leastBytes: leastMib.trim() !== "" && least >= 0 ? Math.round(least * bytesOfMib) : undefined,
        modifiedFrom: momentOf(modifiedFrom),
        backedUpUntil: momentOf(backedUpUntil),
        cursor,
    });
}

/// The value once it has not changed for a moment.
function useSettled<T>(value: T): T {
    const [settled, settle] = useState(value);
    useEffect(() => {
        const timer = setTimeout(() => settle(value), restMs);
        return () => clearTimeout(timer);
    }, [value]);
    return settled;
}

/// A version that was ticked, in the newest point that has it.
export interface ChosenVersion {
    vault: string;
    client: string;
    point: string;
    key: string;
    path: string;
}

export function SearchView() {
    const { words } = useAround();
    const say = words.search;
    const [filters, setFilters] = useState(noFilters);
    const [cursor, setCursor] = useState<string>();
    const [chosen, setChosen] = useState<ChosenVersion[]>([]);
    const settled = useSettled(filters);
    const page = useLive<FoundPathPage>(pathOf(settled, cursor));
    const change = (changes: Partial<Filters>) => {
        setCursor(undefined);
        setFilters({ ...filters, ...changes });
    };
    return (
        <View title={words.restore.title} lead={say.lead}>
            <Doors current="item" />
            <SearchForm filters={filters} change={change} />
            {settled.text.trim() === "" ? (
                <Indexes />
            ) : (
                <Loaded live={page}>
                    {({ items, next, incomplete }) => (
                        <>
                            <Incomplete vaults={incomplete} />
                            <p class="visually-hidden" role="status">
                                {say.found(items.length)}
                            </p>
                            {items.length === 0 ? (
                                <Empty icon="points" title={say.nothing} lead={say.nothingLead} />
                            ) : (
                                items.map((path) => (
                                    <PathVersions
                                        key={`${path.vault}/${path.client}/${path.key}`}
                                        path={path}
                                        chosen={chosen}
                                        change={setChosen}
                                    />
                                ))
                            )}
                            <Pager isFirst={cursor === undefined} next={next} show={setCursor} />
                        </>
                    )}
                </Loaded>
            )}
            <Selection chosen={chosen} clear={() => setChosen([])} />
        </View>
    );
}

function SearchForm({ filters, change }: { filters: Filters; change: (changes: Partial<Filters>) => void }) {
    const { words } = useAround();
    const say = words.search;
    const vaults = useLive<VaultPage>("/vaults");
    return (
        <form role="search" onSubmit={(event) => event.preventDefault()}>
            <TextField label={say.text} hint={say.textHint} value={filters.text} change={(text) => change({ text })} />
            <div class="filters">
                <Choice
                    label={words.points.vault}
                    value={filters.vault}
                    choices={[
                        ["", words.points.allVaults],
                        ...(vaults.value?.items ?? []).map(({ name }): [string, string] => [name, name]),
                    ]}
                    change={(vault) => change({ vault })}
                />
                <Choice<Kind>
                    label={say.kind}
                    value={filters.kind}
                    choices={[
                        ["", say.anyKind],
                        ["file", say.kinds.file],
                        ["folder", say.kinds.folder],
                        ["link", say.kinds.link],
                    ]}
                    change={(kind) => change({ kind })}
                />
                <TextField
                    label={say.leastSize}
                    type="number"
                    value={filters.leastMib}
                    change={(leastMib) => change({ leastMib })}
                />
                <TextField
                    label={say.modifiedFrom}
                    type="datetime-local"
                    value={filters.modifiedFrom}
                    change={(modifiedFrom) => change({ modifiedFrom })}
                />
                <TextField
                    label={say.backedUpUntil}
                    type="datetime-local"
                    value={filters.backedUpUntil}
                    change={(backedUpUntil) => change({ backedUpUntil })}
                />
                <Choice<Order>
                    label={say.order}
                    value={filters.order}
                    choices={[
                        ["newest", say.orders.newest],
                        ["path", say.orders.path],
                    ]}
                    change={(order) => change({ order })}
                />
            </div>
        </form>
    );
}

/// Before anything is asked for: what can be.
function Indexes() {
    const { words, formats } = useAround();
    const say = words.search;
    const indexes = useLive<SearchIndexList>("/search/indexes", 10_000);
    return (
        <Loaded live={indexes}>
            {({ items }) => (
                <>
                    <Incomplete vaults={items.filter(({ state }) => state !== "ready")} />
                    {items
                        .filter(({ points }) => points > 0)
                        .map((index) => (
                            <p class="quiet" key={index.vault}>
                                {say.searchable(index.vault, formats.integer(index.points))}
                            </p>
                        ))}
                </>
            )}
        </Loaded>
    );
}

interface IncompleteVault {
    vault: string;
    state: "ready" | "behind" | "missing" | "damaged";
    missingPoints: number;
    unreadablePoints: number;
}

/// Nobody shall think that a file is nowhere because it was not found.
function Incomplete({ vaults }: { vaults: IncompleteVault[] }) {
    const { words } = useAround();
    const say = words.search;
    return (
        <>
            {vaults.map(({ vault, state, missingPoints, unreadablePoints }) => (
                <p class="notice careful" role="status" key={vault}>
                    <Icon name="warning" />
                    <span>
                        {state === "behind"
                            ? say.behind(vault, missingPoints)
                            : state === "ready"
                              ? say.unreadable(vault, unreadablePoints)
                              : say.notYet(vault)}
                    </span>
                </p>
            ))}
        </>
    );
}

interface PathVersionsProps {
    path: FoundPath;
    chosen: ChosenVersion[];
    change: (chosen: ChosenVersion[]) => void;
}

function PathVersions({ path, chosen, change }: PathVersionsProps) {
    const { words, formats } = useAround();
    const say = words.search;
    const isOf = (version: FoundVersion) => (one: ChosenVersion) =>
        one.vault === path.vault && one.key === path.key && one.point === version.newestPoint.id;
    const toggle = (version: FoundVersion) => {
        if (chosen.some(isOf(version))) return change(chosen.filter((one) => !isOf(version)(one)));
        const { vault, client, key } = path;
        change([...chosen, { vault, client, key, path: path.path, point: version.newestPoint.id }]);
    };
    return (
        <Panel isFlush>
            <div class="table-frame" tabIndex={0} role="region" aria-label={path.path}>
                <table>
                    <caption>
                        <bdi class="strong">{path.path}</bdi>{" "}
                        <span class="quiet">
                            <bdi>{path.client}</bdi> · <bdi>{path.vault}</bdi> · {say.versions(path.allVersions)}
                        </span>
                    </caption>
                    <thead>
                        <tr>
                            <th scope="col">
                                <span class="visually-hidden">{say.choose}</span>
                            </th>
                            <th scope="col">{say.changed}</th>
                            <th scope="col" class="number">
                                {say.size}
                            </th>
                            <th scope="col">{say.newest}</th>
                            <th scope="col">{say.oldest}</th>
                            <th scope="col" class="number">
                                {say.points}
                            </th>
                        </tr>
                    </thead>
                    <tbody>
                        {path.versions.map((version) => (
                            <tr key={`${version.modified}/${version.sizeBytes}/${version.kind}`}>
                                <td>
                                    <input
                                        type="checkbox"
                                        aria-label={say.chooseVersion(path.path, formats.exactMoment(version.modified))}
                                        checked={chosen.some(isOf(version))}
                                        onChange={() => toggle(version)}
                                    />
                                </td>
                                <th scope="row">
                                    <MomentAndDistance time={version.modified} otherwise="" />
                                </th>
                                <td class="number">{formats.bytes(version.sizeBytes)}</td>
                                <td>
                                    <Moment time={version.newestPoint.started} />
                                </td>
                                <td>
                                    <Moment time={version.oldestPoint.started} />
                                </td>
                                <td class="number">{formats.integer(version.points)}</td>
                            </tr>
                        ))}
                    </tbody>
                </table>
            </div>
        </Panel>
    );
}

/// What was ticked, by the restore point that it comes from: each is one restore.
function Selection({ chosen, clear }: { chosen: ChosenVersion[]; clear: () => void }) {
    const { words } = useAround();
    const say = words.search;
    if (chosen.length === 0) return null;
    const byPoint = new Map<string, ChosenVersion[]>();
    for (const one of chosen) {
        const point = `${one.vault}/${one.point}`;
        byPoint.set(point, [...(byPoint.get(point) ?? []), one]);
    }
    return (
        <>
            <Panel
                title={say.chosen}
                actions={
                    <button type="button" class="button" onClick={clear}>
                        {say.clear}
                    </button>
                }
            >
                {byPoint.size > 1 && <p class="quiet">{say.severalPoints(byPoint.size)}</p>}
            </Panel>
            {[...byPoint].map(([point, versions]) => (
                <RestoreOf key={point} versions={versions} />
            ))}
        </>
    );
}

function RestoreOf({ versions }: { versions: ChosenVersion[] }) {
    const [first] = versions;
    if (first === undefined) return null;
    const { vault, client, point } = first;
    return <RestoreForm selection={{ vault, client, point, paths: versions }} />;
}
