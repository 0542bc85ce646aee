// SPDX-License-Identifier: Apache-2.0
// settings.tsx: the logon password, and what this program is.
import type { Health, Version } from "contract";
import { useState } from "preact/hooks";

import { ask } from "../api/client";
import { useLive } from "../api/live";
import { useAround } from "../around";
import { useAction } from "../parts/action";
import { Facts } from "../parts/facts";
import { TextField } from "../parts/field";
import { ProblemBox } from "../parts/problem";
import { Loaded, Panel, View } from "../parts/view";
import { RegistrationPanel } from "./registration";

const shortestPassword = 6;

export function SettingsView() {
    const { words } = useAround();
    return (
        <View title={words.settings.title}>
            <Panel title={words.settings.password}>
                <PasswordForm />
            </Panel>
            <Panel title={words.registration.panel}>
                <RegistrationPanel />
            </Panel>
            <Panel title={words.settings.about}>
                <About />
            </Panel>
        </View>
    );
}

function PasswordForm() {
    const { words, tell, needsPassword, renewSession } = useAround();
    const say = words.settings;
    const [current, setCurrent] = useState("");
    const [next, setNext] = useState("");
    const [again, setAgain] = useState("");
    const [wasTried, setTried] = useState(false);
    const action = useAction();
    const faults = {
        current: needsPassword && current === "" ? say.needsCurrent : undefined,
        new: [...next].length < shortestPassword ? say.tooShort : undefined,
        again: next !== again ? say.differs : undefined,
    };
    const faultOf = (field: keyof typeof faults) => (wasTried ? faults[field] : undefined) ?? action.faultOf(field);
    const submit = (event: Event) => {
        event.preventDefault();
        setTried(true);
        if (Object.values(faults).some((fault) => fault !== undefined)) return;
        action.run(async () => {
            await ask("PUT", "/password", { ...(needsPassword ? { current } : {}), new: next });
            for (const empty of [setCurrent, setNext, setAgain]) empty("");
            setTried(false);
            tell(say.passwordSet);
            renewSession();
        });
    };
    return (
        <form class="narrow" onSubmit={submit} noValidate>
            <p class="quiet">{needsPassword ? say.passwordLead : say.passwordNotSet}</p>
            {action.problem && <ProblemBox problem={action.problem} />}
            {needsPassword && (
                <TextField
                    label={say.current}
                    fault={faultOf("current")}
                    type="password"
                    autocomplete="current-password"
                    value={current}
                    change={setCurrent}
                />
            )}
            <TextField
                label={say.new}
                hint={say.newHint}
                fault={faultOf("new")}
                type="password"
                autocomplete="new-password"
                value={next}
                change={setNext}
            />
            <TextField
                label={say.again}
                fault={faultOf("again")}
                type="password"
                autocomplete="new-password"
                value={again}
                change={setAgain}
            />
            <div class="form-actions">
                <button type="submit" class="button primary" disabled={action.isBusy}>
                    {needsPassword ? say.changePassword : say.setPassword}
                </button>
            </div>
        </form>
    );
}

/// "UTC+01:00"
function zoneText(aheadSeconds: number): string {
    const minutes = Math.abs(Math.round(aheadSeconds / 60));
    const two = (value: number) => String(value).padStart(2, "0");
    return `UTC${aheadSeconds < 0 ? "-" : "+"}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}

function About() {
    const { words } = useAround();
    const say = words.settings;
    const version = useLive<Version>("/version");
    const health = useLive<Health>("/health");
    return (
        <Loaded live={version}>
            {(read) => (
                <>
                    <Facts
                        facts={[
                            [say.version, read.version],
                            [say.api, <a href="api/v1/openapi.json">{`${say.description} (v${read.api})`}</a>],
                            [say.clock, health.value ? <AgentClock health={health.value} /> : "–"],
                        ]}
                    />
                </>
            )}
        </Loaded>
    );
}

function AgentClock({ health }: { health: Health }) {
    const { words } = useAround();
    const ahead = health.timeZoneAheadSeconds;
    const shown = new Date(new Date(health.time).getTime() + ahead * 1000).toISOString();
    const differs = new Date(health.time).getTimezoneOffset() * -60 !== ahead;
    return (
        <span class="stacked">
            <span>
                {shown.slice(0, 10)} {shown.slice(11, 16)} ({zoneText(ahead)})
            </span>
            {differs && <span class="quiet">{words.settings.clockDiffers}</span>}
        </span>
    );
}
