// SPDX-License-Identifier: Apache-2.0
// policies.tsx: all policies.
import type { Policy, PolicyPage } from "contract";
import { useState } from "preact/hooks";

import { pathWith } from "../api/client";
import { useLive } from "../api/live";
import { useAround } from "../around";
import { Icon } from "../parts/icon";
import { MomentAndDistance } from "../parts/text";
import { Empty, Loaded, Pager, Panel, View } from "../parts/view";
import { addressOf } from "../route";
import { DeletePolicyDialog } from "./policy_deletion";

export function PoliciesView() {
    const { words } = useAround();
    const [cursor, setCursor] = useState<string>();
    const page = useLive<PolicyPage>(pathWith("/policies", { cursor, limit: 50 }));
    const [doomed, setDoomed] = useState<Policy>();
    return (
        <View
            title={words.policies.title}
            actions={
                <a class="button primary" href={addressOf("policies", "new")}>
                    <Icon name="add" />
                    {words.policies.new}
                </a>
            }
        >
            <Loaded live={page}>
                {({ items, next }) =>
                    items.length === 0 ? (
                        <Empty icon="policies" title={words.policies.empty} lead={words.policies.emptyLead}>
                            <a class="button primary" href={addressOf("policies", "new")}>
                                {words.policies.new}
                            </a>
                        </Empty>
                    ) : (
                        <>
                            <PolicyTable policies={items} remove={setDoomed} />
                            <Pager isFirst={cursor === undefined} next={next} show={setCursor} />
                        </>
                    )
                }
            </Loaded>
            {doomed && (
                <DeletePolicyDialog
                    policy={doomed}
                    close={() => setDoomed(undefined)}
                    deleted={() => {
                        setDoomed(undefined);
                        page.reload();
                    }}
                />
            )}
        </View>
    );
}

function PolicyTable({ policies, remove }: { policies: Policy[]; remove: (policy: Policy) => void }) {
    const { words } = useAround();
    const say = words.policies;
    return (
        <Panel isFlush>
            <div class="table-frame" tabIndex={0} role="region" aria-label={say.title}>
                <table>
                    <thead>
                        <tr>
                            <th scope="col">{say.name}</th>
                            <th scope="col">{say.frequency}</th>
                            <th scope="col">{say.retention}</th>
                            <th scope="col">{say.nextRun}</th>
                            <th scope="col">{say.plans}</th>
                            <th scope="col">
                                <span class="visually-hidden">{words.actions}</span>
                            </th>
                        </tr>
                    </thead>
                    <tbody>
                        {policies.map((policy) => (
                            <tr key={policy.id}>
                                <th scope="row">
                                    <a href={addressOf("policy", policy.id)}>
                                        <bdi>{policy.name}</bdi>
                                    </a>
                                </th>
                                <td>{say.frequencyText(policy.frequency)}</td>
                                <td>{say.retentionText(policy.retention)}</td>
                                <td>
                                    <MomentAndDistance time={policy.nextRun} otherwise={words.none} />
                                </td>
                                <td>{say.usedBy(policy.plans)}</td>
                                <td class="row-actions">
                                    <a
                                        class="icon-button"
                                        href={addressOf("policy", policy.id)}
                                        aria-label={say.editNamed(policy.name)}
                                        title={words.edit}
                                    >
                                        <Icon name="edit" />
                                    </a>
                                    <button
                                        type="button"
                                        class="icon-button"
                                        aria-label={say.deleteNamed(policy.name)}
                                        title={words.delete}
                                        onClick={() => remove(policy)}
                                    >
                                        <Icon name="remove" />
                                    </button>
                                </td>
                            </tr>
                        ))}
                    </tbody>
                </table>
            </div>
        </Panel>
    );
}
