// SPDX-License-Identifier: Apache-2.0
// restore.tsx: from a client and a moment to what is to be restored from it.
import type { Client, ClientPage, Point } from "contract";
import { useState } from "preact/hooks";

import { useLive } from "../api/live";
import { useAround } from "../around";
import { Facts } from "../parts/facts";
import { Moment, MomentAndDistance, Paths } from "../parts/text";
import { Empty, Loaded, Panel, View } from "../parts/view";
import { addressOf, type Route } from "../route";
import { PointBrowser } from "./restore_browse";
import { type Chosen, RestoreForm } from "./restore_form";
import { PointCalendar } from "./restore_points";

/// The ways to what is to be restored, as tabs; one alone needs none. Each leads to a RestoreForm.
type Door = "item" | "time";
const doors: Array<{ door: Door; address: string[] }> = [
    { door: "time", address: ["restore"] },
    { door: "item", address: ["search"] },
];

/// "#/restore", "#/restore/VAULT/CLIENT" and "#/restore/VAULT/CLIENT/POINT".
export function RestoreView({ route }: { route: Route }) {
    const { words } = useAround();
    const say = words.restore;
    const [, vault, client, point] = route;
    return (
        <View title={say.title} lead={say.lead}>
            <Doors current="time" />
            {vault === undefined || client === undefined ? (
                <ClientChoice />
            ) : point === undefined ? (
                <PointChoice vault={vault} client={client} />
            ) : (
                <FileChoice vault={vault} id={point} />
            )}
        </View>
    );
}

export function Doors({ current }: { current: Door }) {
    const { words } = useAround();
    if (doors.length < 2) return null;
    return (
        <nav class="tabs" aria-label={words.restore.doors}>
            {doors.map(({ door, address }) => (
                <a key={door} href={addressOf(...address)} aria-current={door === current ? "page" : undefined}>
                    {words.restore.door[door]}
                </a>
            ))}
        </nav>
    );
}

/// This machine first, then others in the same vaults.
function inOrder(clients: Client[]): Client[] {
    return [...clients].sort((left, right) => Number(right.isThisMachine) - Number(left.isThisMachine));
}

function ClientChoice() {
    const { words } = useAround();
    const say = words.restore;
    const clients = useLive<ClientPage>("/clients?limit=1000");
    return (
        <Loaded live={clients}>
            {({ items }) =>
                items.length === 0 ? (
                    <Empty icon="points" title={words.points.empty} lead={words.points.emptyLead} />
                ) : (
                    <Panel title={say.whose} isFlush>
                        <div class="table-frame" tabIndex={0} role="region" aria-label={say.whose}>
                            <table>
                                <thead>
                                    <tr>
                                        <th scope="col">{say.client}</th>
                                        <th scope="col">{say.vault}</th>
                                        <th scope="col" class="number">
                                            {say.points}
                                        </th>
                                        <th scope="col">{say.newest}</th>
                                    </tr>
                                </thead>
                                <tbody>
                                    {inOrder(items).map((client) => (
                                        <ClientRow key={`${client.vault}/${client.name}`} client={client} />
                                    ))}
                                </tbody>
                            </table>
                        </div>
                    </Panel>
                )
            }
        </Loaded>
    );
}

function ClientRow({ client }: { client: Client }) {
    const { words, formats } = useAround();
    return (
        <tr>
            <th scope="row">
                <a href={addressOf("restore", client.vault, client.name)}>
                    <bdi>{client.name}</bdi>
                </a>
                {client.isThisMachine && <span class="quiet"> {words.restore.thisMachine}</span>}
            </th>
            <td>
                <bdi>{client.vault}</bdi>
            </td>
            <td class="number">{formats.integer(client.points)}</td>
            <td>
                <MomentAndDistance time={client.newestPoint} otherwise="" />
            </td>
        </tr>
    );
}

function PointChoice({ vault, client }: { vault: string; client: string }) {
    const { words } = useAround();
    return (
        <>
            <p>
                <a href={addressOf("restore")}>{words.restore.otherClient}</a>
            </p>
            <PointCalendar vault={vault} client={client} />
        </>
    );
}

function FileChoice({ vault, id }: { vault: string; id: string }) {
    const point = useLive<Point>(`/points/${encodeURIComponent(vault)}/${encodeURIComponent(id)}`);
    return <Loaded live={point}>{(read) => <FilesOfPoint point={read} />}</Loaded>;
}

function FilesOfPoint({ point }: { point: Point }) {
    const { words } = useAround();
    const say = words.restore;
    const [chosen, setChosen] = useState<Chosen[]>([]);
    return (
        <>
            <Panel
                title={say.point}
                actions={
                    <a class="more" href={addressOf("restore", point.vault, point.client)}>
                        {say.otherPoint}
                    </a>
                }
            >
                <Facts
                    facts={[
                        [say.client, <bdi>{point.client}</bdi>],
                        [say.made, <Moment time={point.started} />],
                        [say.vault, <bdi>{point.vault}</bdi>],
                        [say.sources, <Paths paths={point.sources} />],
                    ]}
                />
            </Panel>
            <PointBrowser point={point} chosen={chosen} change={setChosen} />
            <RestoreForm selection={{ vault: point.vault, client: point.client, point: point.id, paths: chosen }} />
        </>
    );
}
