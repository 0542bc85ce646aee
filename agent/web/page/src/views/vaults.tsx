// SPDX-License-Identifier: Apache-2.0
// vaults.tsx: the vaults that this machine knows, and a new one.
import type { Vault, VaultPage } from "contract";

import { useLive } from "../api/live";
import { useAround } from "../around";
import { Icon } from "../parts/icon";
import { MomentAndDistance } from "../parts/text";
import { Empty, Loaded, Panel, View } from "../parts/view";
import { addressOf, go } from "../route";
import { VaultForm } from "./vault_form";

export function VaultsView() {
    const { words } = useAround();
    const say = words.vaults;
    const page = useLive<VaultPage>("/vaults");
    const add = (
        <a class="button primary" href={addressOf("vaults", "new")}>
            <Icon name="add" />
            {say.add}
        </a>
    );
    return (
        <View title={say.title} actions={page.value && page.value.items.length > 0 ? add : undefined}>
            <Loaded live={page}>
                {({ items }) =>
                    items.length === 0 ? (
                        <Empty icon="vaults" title={say.empty} lead={say.emptyLead}>
                            {add}
                        </Empty>
                    ) : (
                        <VaultTable vaults={items} />
                    )
                }
            </Loaded>
        </View>
    );
}

function VaultTable({ vaults }: { vaults: Vault[] }) {
    const { words, formats } = useAround();
    const say = words.vaults;
    return (
        <Panel isFlush>
            <div class="table-frame" tabIndex={0} role="region" aria-label={say.title}>
                <table>
                    <thead>
                        <tr>
                            <th scope="col">{say.name}</th>
                            <th scope="col">{say.place}</th>
                            <th scope="col" class="number">
                                {say.points}
                            </th>
                            <th scope="col" class="number">
                                {say.plans}
                            </th>
                            <th scope="col">{say.newest}</th>
                        </tr>
                    </thead>
                    <tbody>
                        {vaults.map((vault) => (
                            <tr key={vault.name}>
                                <th scope="row">
                                    <bdi>{vault.name}</bdi>
                                </th>
                                <td>
                                    <bdi class="path">{vault.place}</bdi>
                                </td>
                                <td class="number">{formats.integer(vault.points)}</td>
                                <td class="number">{formats.integer(vault.plans)}</td>
                                <td>
                                    <MomentAndDistance time={vault.newestPoint} otherwise={words.none} />
                                </td>
                            </tr>
                        ))}
                    </tbody>
                </table>
            </div>
        </Panel>
    );
}

export function NewVaultView() {
    const { words, tell } = useAround();
    const added = (vault: Vault) => {
        tell(words.vault.added(vault.name));
        go("vaults");
    };
    return (
        <View title={words.vault.title} lead={words.vault.lead}>
            <div class="panel narrow">
                <VaultForm added={added} cancel={() => go("vaults")} />
            </div>
        </View>
    );
}
