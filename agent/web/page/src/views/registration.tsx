// SPDX-License-Identifier: Apache-2.0
// registration.tsx: makes this machine a client with the certificate of a console.
import type { CertificateLook, Registration } from "contract";
import { useEffect, useState } from "preact/hooks";

import { ask, logIn, Problem } from "../api/client";
import { useLive } from "../api/live";
import { useAround } from "../around";
import { useAction } from "../parts/action";
import { Facts } from "../parts/facts";
import { Check, Choice, Field, TextField } from "../parts/field";
import { ProblemBox } from "../parts/problem";
import { MomentAndDistance } from "../parts/text";
import { Loaded, View } from "../parts/view";
import { addressOf, go } from "../route";

const shortestPassword = 6;

export function RegistrationView() {
    const { words } = useAround();
    const state = useLive<Registration>("/registration");
    const say = words.registration;
    return (
        <View title={say.title} lead={say.lead}>
            <Loaded live={state}>
                {(read) => (
                    <div class="panel narrow">
                        {read.client && <p class="quiet">{say.again(read.client.name)}</p>}
                        <RegistrationForm hasPassword={read.hasPassword} done={() => go("overview")} />
                        {!read.client && (
                            <p class="quiet">
                                <a href={addressOf("vaults", "new")}>{say.orFolder}</a>
                            </p>
                        )}
                    </div>
                )}
            </Loaded>
        </View>
    );
}

/// What the certificate says, asked for whenever its text changes.
function useLook(certificate: string): { look: CertificateLook | undefined; problem: Problem | undefined } {
    const [look, setLook] = useState<CertificateLook>();
    const [problem, setProblem] = useState<Problem>();
    useEffect(() => {
        setLook(undefined);
        setProblem(undefined);
        if (certificate.trim() === "") return;
        let isOver = false;
        ask<CertificateLook>("POST", "/registration/preview", { certificate }).then(
            (read) => !isOver && setLook(read),
            (error: unknown) => !isOver && setProblem(error instanceof Problem ? error : new Problem({})),
        );
        return () => {
            isOver = true;
        };
    }, [certificate]);
    return { look, problem };
}

type Network = CertificateLook["networks"][number]["network"];

interface Entered {
    certificate: string;
    accessKeyId: string;
    accessKeySecret: string;
    network: Network | "";
    password: string;
    again: string;
    encryptAccessKey: boolean;
    vaultPassword: string;
    vaultAgain: string;
    isConfirmed: boolean;
    acceptDifference: boolean;
}

const nothing: Entered = {
    certificate: "",
    accessKeyId: "",
    accessKeySecret: "",
    network: "",
    password: "",
    again: "",
    encryptAccessKey: false,
    vaultPassword: "",
    vaultAgain: "",
    isConfirmed: false,
    acceptDifference: false,
};

export function RegistrationForm({ hasPassword, done }: { hasPassword: boolean; done: () => void }) {
    const { words, tell, renewSession } = useAround();
    const say = words.registration;
    const [entered, setEntered] = useState(nothing);
    const [wasTried, setTried] = useState(false);
    const action = useAction();
    const { look, problem } = useLook(entered.certificate);
    const change = (changed: Partial<Entered>) => setEntered((before) => ({ ...before, ...changed }));
    const network = entered.network || (look?.networks[0]?.network ?? "public");
    const short = (text: string) => ([...text].length < shortestPassword ? words.vault.tooShort : undefined);
    const faults = {
        certificate: look ? undefined : say.needsCertificate,
        issuer: look && !look.isIssuerTrusted && !entered.isConfirmed ? say.needsConfirmation : undefined,
        accessKeyId: entered.accessKeyId.trim() === "" ? say.needsId : undefined,
        accessKeySecret: entered.accessKeySecret === "" ? say.needsSecret : undefined,
        password: short(entered.password),
        again: !hasPassword && entered.again !== entered.password ? words.vault.differs : undefined,
        vaultPassword: short(entered.vaultPassword),
        vaultAgain: entered.vaultAgain !== entered.vaultPassword ? words.vault.differs : undefined,
    };
    const faultOf = (field: keyof typeof faults) => (wasTried ? faults[field] : undefined) ?? action.faultOf(field);
    const register = async (accepted: CertificateLook) => {
        const { certificate, accessKeyId, accessKeySecret, password, vaultPassword } = entered;
        const { encryptAccessKey, acceptDifference } = entered;
        await ask<Registration>("POST", "/registration", {
            ...{ certificate, accessKeySecret, network, password, vaultPassword, encryptAccessKey, acceptDifference },
            accessKeyId: accessKeyId.trim(),
            issuer: entered.isConfirmed ? accepted.issuer : "",
        });
        // From now on there is a password, and this browser is the first that knows it.
        if (!hasPassword) await logIn(password);
        tell(say.done(accepted.clientName));
        setEntered(nothing);
        renewSession();
        done();
    };
    const submit = (event: Event) => {
        event.preventDefault();
        setTried(true);
        if (!look || Object.values(faults).some((fault) => fault !== undefined)) return;
        action.run(() => register(look));
    };
    return (
        <form onSubmit={submit} noValidate>
            {action.problem && <ProblemBox problem={action.problem} />}
            <CertificateField
                text={entered.certificate}
                fault={problem ? undefined : faultOf("certificate")}
                change={(certificate) => change({ certificate, isConfirmed: false, acceptDifference: false })}
            />
            {problem && <ProblemBox problem={problem} />}
            {look && <LookFacts look={look} />}
            {look && !look.isIssuerTrusted && (
                <div class="field">
                    <Check
                        label={say.confirm}
                        isOn={entered.isConfirmed}
                        change={(isConfirmed) => change({ isConfirmed })}
                    />
                    {faultOf("issuer") && <p class="fault">{faultOf("issuer")}</p>}
                </div>
            )}
            {look && look.difference !== "" && (
                <div class="field">
                    <p class="strong">
                        <bdi>{look.difference}.</bdi>
                    </p>
                    <Check
                        label={say.accept}
                        isOn={entered.acceptDifference}
                        change={(acceptDifference) => change({ acceptDifference })}
                    />
                </div>
            )}
            <TextField
                label={say.accessKeyId}
                fault={faultOf("accessKeyId")}
                value={entered.accessKeyId}
                change={(accessKeyId) => change({ accessKeyId })}
                isRequired
            />
            <TextField
                label={say.accessKeySecret}
                hint={say.accessKeyHint}
                fault={faultOf("accessKeySecret")}
                type="password"
                value={entered.accessKeySecret}
                change={(accessKeySecret) => change({ accessKeySecret })}
                isRequired
            />
            <Choice
                label={say.network}
                hint={say.networkHint}
                fault={action.faultOf("network")}
                value={network}
                choices={(look?.networks ?? [{ network }]).map((one) => [one.network, say.networks[one.network]])}
                change={(chosen) => change({ network: chosen })}
            />
            <Passwords hasPassword={hasPassword} entered={entered} change={change} faultOf={faultOf} />
            <div class="form-actions">
                <button type="submit" class="button primary" disabled={action.isBusy}>
                    {action.isBusy ? say.wait : say.submit}
                </button>
            </div>
        </form>
    );
}

interface PasswordsProps {
    hasPassword: boolean;
    entered: Entered;
    change: (changed: Partial<Entered>) => void;
    faultOf: (field: "password" | "again" | "vaultPassword" | "vaultAgain") => string | undefined;
}

function Passwords({ hasPassword, entered, change, faultOf }: PasswordsProps) {
    const { words } = useAround();
    const say = words.registration;
    const secret = (
        name: "password" | "again" | "vaultPassword" | "vaultAgain",
        label: string,
        more: { hint?: string; autocomplete?: string } = {},
    ) => (
        <TextField
            label={label}
            hint={more.hint}
            fault={faultOf(name)}
            type="password"
            autocomplete={more.autocomplete ?? "new-password"}
            value={entered[name]}
            change={(value) => change({ [name]: value })}
            isRequired
        />
    );
    return (
        <>
            {hasPassword
                ? secret("password", say.password, { hint: say.passwordHintAgain, autocomplete: "current-password" })
                : secret("password", say.password, { hint: say.passwordHint })}
            {!hasPassword && secret("again", say.passwordAgain)}
            <div class="field">
                <Check
                    label={say.encrypt}
                    isOn={entered.encryptAccessKey}
                    change={(encryptAccessKey) => change({ encryptAccessKey })}
                />
                <p class="hint">{say.encryptHint}</p>
            </div>
            {secret("vaultPassword", words.vault.password, { hint: say.vaultPasswordHint })}
            {secret("vaultAgain", say.vaultAgain)}
        </>
    );
}

interface CertificateFieldProps {
    text: string;
    fault: string | undefined;
    change: (text: string) => void;
}

function CertificateField({ text, fault, change }: CertificateFieldProps) {
    const { words } = useAround();
    const say = words.registration;
    const take = (files: FileList | null) => {
        const file = files?.[0];
        if (file) void file.text().then(change);
    };
    return (
        <>
            <Field label={say.certificateFile}>
                {(ties) => <input {...ties} type="file" onChange={(event) => take(event.currentTarget.files)} />}
            </Field>
            <TextField
                label={say.certificateText}
                hint={say.certificateHint}
                fault={fault}
                value={text}
                change={change}
                isLong
            />
        </>
    );
}

function LookFacts({ look }: { look: CertificateLook }) {
    const { words } = useAround();
    const say = words.registration;
    return (
        <div role="status">
            <Facts
                facts={[
                    [say.client, <bdi>{look.clientName}</bdi>],
                    [say.vault, <bdi>{`${look.vaultName} (${look.place})`}</bdi>],
                    [say.endsAt, <MomentAndDistance time={look.endsAt} otherwise={words.none} />],
                    [say.issuer, <code>{look.issuer}</code>],
                ]}
            />
        </div>
    );
}

/// What this machine is registered as, for the settings.
export function RegistrationPanel() {
    const { words } = useAround();
    const say = words.registration;
    const state = useLive<Registration>("/registration");
    return (
        <Loaded live={state}>
            {({ client }) => (
                <>
                    {client === null ? (
                        <p class="quiet">{say.notRegistered}</p>
                    ) : (
                        <Facts
                            facts={[
                                [say.client, <bdi>{client.name}</bdi>],
                                [
                                    say.vault,
                                    client.vault ? (
                                        <bdi>{`${client.vault.name} (${client.vault.place})`}</bdi>
                                    ) : (
                                        say.vaultGone
                                    ),
                                ],
                                [say.network, say.networks[client.network]],
                                [say.issuer, <code>{client.issuer}</code>],
                                [
                                    say.accessKey,
                                    client.vault?.isAccessKeyEncrypted ? say.isEncrypted : say.isNotEncrypted,
                                ],
                            ]}
                        />
                    )}
                    <div class="form-actions">
                        <a class="button" href={addressOf("register")}>
                            {client === null ? say.title : say.registerAgain}
                        </a>
                    </div>
                </>
            )}
        </Loaded>
    );
}
