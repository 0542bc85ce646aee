// SPDX-License-Identifier: Apache-2.0
// login.tsx: the logon password.
import type { Session } from "contract";
import { useState } from "preact/hooks";

import { logIn } from "../api/client";
import { useAround } from "../around";
import { useAction } from "../parts/action";
import { TextField } from "../parts/field";
import { ProblemBox } from "../parts/problem";
import { View } from "../parts/view";
import type { Language } from "../preferences";
import { LanguageChoice, ThemeChoice } from "../shell";

interface LoginProps {
    language: Language;
    changeLanguage: (language: Language) => void;
    loggedIn: (session: Session) => void;
}

export function LoginView({ language, changeLanguage, loggedIn }: LoginProps) {
    const { words } = useAround();
    const [password, setPassword] = useState("");
    const action = useAction();
    const submit = (event: Event) => {
        event.preventDefault();
        action.run(async () => loggedIn(await logIn(password)));
    };
    return (
        <main class="gate">
            <div class="gate-card">
                <p class="brand">
                    <img src="icon.svg" alt="" width="36" height="36" />
                    <span>{words.product}</span>
                </p>
                <View title={words.login.title} lead={words.login.lead(location.hostname)}>
                    <form onSubmit={submit} noValidate>
                        {action.problem && <ProblemBox problem={action.problem} />}
                        <TextField
                            label={words.login.password}
                            type="password"
                            autocomplete="current-password"
                            value={password}
                            change={setPassword}
                        />
                        <button type="submit" class="button primary wide" disabled={password === "" || action.isBusy}>
                            {action.isBusy ? words.login.wait : words.login.submit}
                        </button>
                    </form>
                </View>
                <div class="gate-choices">
                    <LanguageChoice language={language} change={changeLanguage} />
                    <ThemeChoice />
                </div>
            </div>
        </main>
    );
}
