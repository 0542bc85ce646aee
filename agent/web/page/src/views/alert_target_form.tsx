// SPDX-License-Identifier: Apache-2.0
// alert_target_form.tsx: a new mail server or webhook that gets alerts.
import type { AlertTarget } from "contract";
import { useState } from "preact/hooks";

import { ask } from "../api/client";
import { useAround } from "../around";
import { useAction } from "../parts/action";
import { Choice, TextField } from "../parts/field";
import { ProblemBox } from "../parts/problem";

type Security = NonNullable<AlertTarget["security"]>;

const ports: Record<Security, string> = { starttls: "587", tls: "465", none: "25" };

interface TargetFormProps {
    kind: AlertTarget["kind"];
    added: () => void;
    cancel: () => void;
}

export function TargetForm({ kind, added, cancel }: TargetFormProps) {
    const { words, tell } = useAround();
    const say = words.alerts;
    const isMail = kind === "mail";
    const [draft, setDraft] = useState({
        name: "",
        server: "",
        port: ports.starttls,
        security: "starttls" as Security,
        login: "",
        password: "",
        sender: "",
        recipients: "",
        url: "",
        secret: "",
        caFile: "",
    });
    const action = useAction();
    const change = (changes: Partial<typeof draft>) => setDraft({ ...draft, ...changes });
    const submit = (event: Event) => {
        event.preventDefault();
        const { name, server, port, security, login, password, sender, recipients, url, secret, caFile } = draft;
        const body = isMail
            ? {
                  server,
                  port: Number(port),
                  security,
                  login,
                  ...(password === "" ? {} : { password }),
                  sender,
                  recipients: recipients.split(/[\s,;]+/).filter((address) => address !== ""),
              }
            : { url, ...(secret === "" ? {} : { secret }) };
        action.run(async () => {
            await ask("POST", "/alert-targets", { name, kind, caFile, ...body });
            tell(say.targetAdded(name));
            added();
        });
    };
    const text = (name: Exclude<keyof typeof draft, "security">, isSecret = false) => (
        <TextField
            label={say.fields[name]}
            hint={say.hints[name as keyof typeof say.hints]}
            fault={action.faultOf(name)}
            type={isSecret ? "password" : "text"}
            autocomplete={isSecret ? "new-password" : "off"}
            value={draft[name]}
            change={(value) => change({ [name]: value })}
        />
    );
    return (
        <form onSubmit={submit} noValidate>
            {action.problem && <ProblemBox problem={action.problem} />}
            {text("name")}
            {isMail ? (
                <>
                    {text("server")}
                    <Choice
                        label={say.fields.security}
                        value={draft.security}
                        choices={(["starttls", "tls", "none"] as const).map((each) => [each, say.securities[each]])}
                        fault={action.faultOf("security")}
                        change={(security) => change({ security, port: ports[security] })}
                    />
                    {text("port")}
                    {text("login")}
                    {text("password", true)}
                    {text("sender")}
                    {text("recipients")}
                </>
            ) : (
                <>
                    {text("url", true)}
                    {text("secret", true)}
                </>
            )}
            {text("caFile")}
            <div class="form-actions">
                <button type="button" class="button" onClick={cancel}>
                    {words.cancel}
                </button>
                <button type="submit" class="button primary" disabled={action.isBusy}>
                    {words.create}
                </button>
            </div>
        </form>
    );
}
