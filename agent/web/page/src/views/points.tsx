// SPDX-License-Identifier: Apache-2.0
// points.tsx: restore points, the newest first.
import type { PlanPage, Point, PointPage, VaultPage } from "contract";
import { useState } from "preact/hooks";

import { pathWith } from "../api/client";
import { useLive } from "../api/live";
import { useAround } from "../around";
import { Choice } from "../parts/field";
import { Moment, MomentAndDistance, Paths } from "../parts/text";
import { Empty, Loaded, Pager, Panel, View } from "../parts/view";
import { addressOf, go } from "../route";

export function PointsView({ plan }: { plan: string | undefined }) {
    const { words } = useAround();
    const say = words.points;
    const [vault, setVault] = useState("");
    const [cursor, setCursor] = useState<string>();
    const page = useLive<PointPage>(pathWith("/points", { cursor, limit: 50, plan, vault }));
    const plans = useLive<PlanPage>("/plans?limit=1000");
    const vaults = useLive<VaultPage>("/vaults");
    const isFiltered = plan !== undefined || vault !== "";
    return (
        <View
            title={say.title}
            lead={say.lead}
            actions={
                <a class="button" href={addressOf("search")}>
                    {words.search.title}
                </a>
            }
        >
            <div class="filters">
                <Choice
                    label={say.plan}
                    value={plan ?? ""}
                    choices={[
                        ["", say.allPlans],
                        ...(plans.value?.items ?? []).map(({ id, name }): [string, string] => [id, name]),
                    ]}
                    change={(id) => (id === "" ? go("points") : go("points", id))}
                />
                <Choice
                    label={say.vault}
                    value={vault}
                    choices={[
                        ["", say.allVaults],
                        ...(vaults.value?.items ?? []).map(({ name }): [string, string] => [name, name]),
                    ]}
                    change={(name) => {
                        setCursor(undefined);
                        setVault(name);
                    }}
                />
            </div>
            <Loaded live={page}>
                {({ items, next }) =>
                    items.length === 0 ? (
                        <Empty icon="points" title={isFiltered ? say.emptyFiltered : say.empty} lead={say.emptyLead} />
                    ) : (
                        <>
                            <PointTable points={items} />
                            <Pager isFirst={cursor === undefined} next={next} show={setCursor} />
                        </>
                    )
                }
            </Loaded>
        </View>
    );
}

function PointTable({ points }: { points: Point[] }) {
    const { words, formats } = useAround();
    const say = words.points;
    return (
        <Panel isFlush>
            <div class="table-frame" tabIndex={0} role="region" aria-label={say.title}>
                <table>
                    <thead>
                        <tr>
                            <th scope="col">{say.made}</th>
                            <th scope="col">{say.of}</th>
                            <th scope="col">{say.vault}</th>
                            <th scope="col" class="number">
                                {say.objects}
                            </th>
                            <th scope="col" class="number">
                                {say.size}
                            </th>
                            <th scope="col" class="number">
                                {say.stored}
                            </th>
                            <th scope="col" class="number">
                                {say.faults}
                            </th>
                            <th scope="col">{say.kept}</th>
                            <th scope="col">
                                <span class="visually-hidden">{say.restore}</span>
                            </th>
                        </tr>
                    </thead>
                    <tbody>
                        {points.map((point) => (
                            <tr key={`${point.vault}/${point.id}`}>
                                <th scope="row">
                                    <MomentAndDistance time={point.started} otherwise="" />
                                </th>
                                <td>
                                    <PointOrigin point={point} />
                                </td>
                                <td>
                                    <bdi>{point.vault}</bdi>
                                </td>
                                <td class="number">{formats.integer(point.objects)}</td>
                                <td class="number">{formats.bytes(point.logicalBytes)}</td>
                                <td class="number">{formats.bytes(point.storedBytes)}</td>
                                <td class="number">{formats.integer(point.faults)}</td>
                                <td>
                                    <PointEnd point={point} />
                                </td>
                                <td>
                                    <a
                                        class="button"
                                        href={addressOf("restore", point.vault, point.client, point.id)}
                                        aria-label={say.restoreFrom(formats.exactMoment(point.started))}
                                    >
                                        {say.restore}
                                    </a>
                                </td>
                            </tr>
                        ))}
                    </tbody>
                </table>
            </div>
        </Panel>
    );
}

function PointOrigin({ point }: { point: Point }) {
    const { words } = useAround();
    return (
        <>
            {point.plan !== null && point.planName !== "" ? (
                <a href={addressOf("plan", point.plan)}>
                    <bdi>{point.planName}</bdi>
                </a>
            ) : (
                <bdi>{words.points.otherAgent(point.client)}</bdi>
            )}
            <Paths paths={point.sources} />
        </>
    );
}

function PointEnd({ point }: { point: Point }) {
    const { words } = useAround();
    if (point.toBeDeleted !== null) return <span class="quiet">{words.points.toBeDeleted}</span>;
    if (point.expires === null) return <span class="quiet">{words.points.noEnd}</span>;
    return <Moment time={point.expires} />;
}
