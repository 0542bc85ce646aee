// SPDX-License-Identifier: Apache-2.0
// vault_form.tsx: makes a vault in a local folder, or connects the one that is there.
import type { Vault } from "contract";
import { useState } from "preact/hooks";

import { ask } from "../api/client";
import { useAround } from "../around";
import { useAction } from "../parts/action";
import { TextField } from "../parts/field";
import { ProblemBox } from "../parts/problem";

const shortestPassword = 6;

export function VaultForm({ added, cancel }: { added: (vault: Vault) => void; cancel: () => void }) {
    const { words } = useAround();
    const say = words.vault;
    const [name, setName] = useState("");
    const [folder, setFolder] = useState("");
    const [password, setPassword] = useState("");
    const [again, setAgain] = useState("");
    const [wasTried, setTried] = useState(false);
    const action = useAction();
    const faults = {
        name: name.trim() === "" ? say.needsName : undefined,
        folder: folder.trim() === "" ? say.needsFolder : undefined,
        password: [...password].length < shortestPassword ? say.tooShort : undefined,
        again: again !== password ? say.differs : undefined,
    };
    const faultOf = (field: keyof typeof faults) => (wasTried ? faults[field] : undefined) ?? action.faultOf(field);
    const submit = (event: Event) => {
        event.preventDefault();
        setTried(true);
        if (Object.values(faults).some((fault) => fault !== undefined)) return;
        action.run(async () => added(await ask<Vault>("POST", "/vaults", { name, folder, password })));
    };
    return (
        <form onSubmit={submit} noValidate>
            {action.problem && <ProblemBox problem={action.problem} />}
            <TextField
                label={say.name}
                hint={say.nameHint}
                fault={faultOf("name")}
                value={name}
                change={setName}
                isRequired
            />
            <TextField
                label={say.folder}
                hint={say.folderHint}
                fault={faultOf("folder")}
                value={folder}
                change={setFolder}
                isRequired
            />
            <TextField
                label={say.password}
                hint={say.passwordHint}
                fault={faultOf("password")}
                type="password"
                autocomplete="new-password"
                value={password}
                change={setPassword}
                isRequired
            />
            <TextField
                label={say.again}
                fault={faultOf("again")}
                type="password"
                autocomplete="new-password"
                value={again}
                change={setAgain}
                isRequired
            />
            <div class="form-actions">
                <button type="button" class="button" onClick={cancel}>
                    {words.cancel}
                </button>
                <button type="submit" class="button primary" disabled={action.isBusy}>
                    {say.submit}
                </button>
            </div>
        </form>
    );
}
