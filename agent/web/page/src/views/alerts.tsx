// SPDX-License-Identifier: Apache-2.0
// alerts.tsx: what is and was wrong, and whether people heard of it.
import type { Alert, AlertDelivery, AlertPage } from "contract";
import { useState } from "preact/hooks";

import { pathWith } from "../api/client";
import { useLive } from "../api/live";
import { useAround } from "../around";
import { Choice } from "../parts/field";
import { Mark, type Tone } from "../parts/state";
import { Moment, MomentAndDistance } from "../parts/text";
import { Empty, Loaded, Pager, Panel, View } from "../parts/view";
import { addressOf, go } from "../route";
import type { IconName } from "../parts/icon";

const everyMs = 5000;

const severityLooks: Record<Alert["severity"], { tone: Tone; icon: IconName }> = {
    error: { tone: "bad", icon: "bad" },
    warning: { tone: "careful", icon: "warning" },
    information: { tone: "calm", icon: "none" },
};
const deliveryLooks: Record<AlertDelivery["state"], { tone: Tone; icon: IconName }> = {
    waiting: { tone: "calm", icon: "waiting" },
    delivered: { tone: "good", icon: "good" },
    failed: { tone: "bad", icon: "bad" },
};

export function AlertsView({ state }: { state: string | undefined }) {
    const { words } = useAround();
    const say = words.alerts;
    const shown = state === "ended" ? "ended" : "open";
    const [cursor, setCursor] = useState<string>();
    const page = useLive<AlertPage>(pathWith("/alerts", { state: shown, cursor, limit: 50 }), everyMs);
    return (
        <View
            title={say.title}
            actions={
                <a class="button" href={addressOf("alerts", "targets")}>
                    {say.whoHears}
                </a>
            }
        >
            <div class="filters">
                <Choice
                    label={say.show}
                    value={shown}
                    choices={[
                        ["open", say.open],
                        ["ended", say.ended],
                    ]}
                    change={(choice) => go("alerts", choice)}
                />
            </div>
            <Loaded live={page}>
                {({ items, next }) =>
                    items.length === 0 ? (
                        <Empty
                            icon="good"
                            title={shown === "open" ? say.noneOpen : say.noneEnded}
                            lead={say.emptyLead}
                        />
                    ) : (
                        <>
                            <Panel isFlush>
                                <AlertTable alerts={items} />
                            </Panel>
                            <Pager isFirst={cursor === undefined} next={next} show={setCursor} />
                        </>
                    )
                }
            </Loaded>
        </View>
    );
}

function AlertTable({ alerts }: { alerts: Alert[] }) {
    const { words } = useAround();
    const say = words.alerts;
    return (
        <div class="table-frame" tabIndex={0} role="region" aria-label={say.title}>
            <table>
                <thead>
                    <tr>
                        <th scope="col">{say.severity}</th>
                        <th scope="col">{say.what}</th>
                        <th scope="col">{say.since}</th>
                        <th scope="col">{say.over}</th>
                        <th scope="col">{say.told}</th>
                    </tr>
                </thead>
                <tbody>
                    {alerts.map((alert) => (
                        <tr key={alert.id}>
                            <td>
                                <Mark {...severityLooks[alert.severity]} word={say.severities[alert.severity]} />
                            </td>
                            <th scope="row">
                                <span class="stacked">
                                    <span>{say.kinds[alert.kind]}</span>
                                    <bdi class="sentence">{alert.sentence}</bdi>
                                    {alert.ended === null && <span class="quiet">{alert.hint}</span>}
                                </span>
                            </th>
                            <td>
                                <MomentAndDistance time={alert.raised} otherwise={words.none} />
                            </td>
                            <td>{alert.ended === null ? "–" : <Moment time={alert.ended} />}</td>
                            <td>
                                <Deliveries deliveries={alert.deliveries} />
                            </td>
                        </tr>
                    ))}
                </tbody>
            </table>
        </div>
    );
}

function Deliveries({ deliveries }: { deliveries: AlertDelivery[] }) {
    const { words, formats } = useAround();
    const say = words.alerts;
    if (deliveries.length === 0) return <span class="quiet">{say.nobodyTold}</span>;
    return (
        <ul class="rows">
            {deliveries.map((delivery, index) => (
                <li key={index}>
                    <span class="stacked">
                        <span>
                            <Mark {...deliveryLooks[delivery.state]} word={say.deliveryStates[delivery.state]} />{" "}
                            <bdi>{delivery.target}</bdi> ({say.events[delivery.event]})
                        </span>
                        {delivery.state !== "delivered" && delivery.answer !== "" && (
                            <bdi class="quiet">{delivery.answer}</bdi>
                        )}
                        {delivery.nextTry !== null && delivery.tries > 0 && (
                            <span class="quiet">
                                {say.triedAgain(delivery.tries, formats.fromNow(delivery.nextTry))}
                            </span>
                        )}
                    </span>
                </li>
            ))}
        </ul>
    );
}
