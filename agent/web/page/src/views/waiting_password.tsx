// SPDX-License-Identifier: Apache-2.0
// waiting_password.tsx: says that jobs wait for the logon password, and takes it.
import type { Registration } from "contract";
import { useState } from "preact/hooks";

import { logIn } from "../api/client";
import { useLive } from "../api/live";
import { useAround } from "../around";
import { useAction } from "../parts/action";
import { TextField } from "../parts/field";
import { Icon } from "../parts/icon";
import { ProblemBox } from "../parts/problem";

const everyMs = 5000;

export function WaitingForPassword() {
    const { words, renewSession } = useAround();
    const say = words.registration;
    const state = useLive<Registration>("/registration", everyMs);
    const [password, setPassword] = useState("");
    const action = useAction();
    if (!state.value || state.value.waitingVaults.length === 0) return null;
    const submit = (event: Event) => {
        event.preventDefault();
        action.run(async () => {
            await logIn(password);
            setPassword("");
            renewSession();
            state.reload();
        });
    };
    return (
        <section class="notice careful" aria-label={say.waiting}>
            <Icon name="lock" />
            <div class="grow">
                <p class="strong">{say.waiting}</p>
                <p>{say.waitingHint}</p>
                {action.problem && <ProblemBox problem={action.problem} />}
                <form class="narrow" onSubmit={submit} noValidate>
                    <TextField
                        label={words.login.password}
                        type="password"
                        autocomplete="current-password"
                        value={password}
                        change={setPassword}
                    />
                    <button type="submit" class="button primary" disabled={password === "" || action.isBusy}>
                        {say.unlock}
                    </button>
                </form>
            </div>
        </section>
    );
}
