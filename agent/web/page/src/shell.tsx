// SPDX-License-Identifier: Apache-2.0
// shell.tsx: what stands around every view: the menu on the left, and the header with the agent's state.
import type { Overview } from "contract";
import { useState } from "preact/hooks";

import { logOut } from "./api/client";
import { type Live, useLive } from "./api/live";
import { useAround } from "./around";
import { Icon, type IconName } from "./parts/icon";
import { chosenTheme, keepTheme, type Language, type Theme } from "./preferences";
import { addressOf, type Route, useRoute } from "./route";
import { viewOf } from "./views/views";

const everyMs = 3000;

type Place = "overview" | "backup" | "policies" | "restore" | "points" | "vaults" | "alerts" | "settings";

const places: Array<{ place: Place; icon: IconName; heads: string[] }> = [
    { place: "overview", icon: "overview", heads: ["", "overview"] },
    { place: "backup", icon: "backup", heads: ["backup", "plan", "jobs", "job"] },
    { place: "policies", icon: "policies", heads: ["policies", "policy"] },
    { place: "restore", icon: "restore", heads: ["restore", "search"] },
    { place: "points", icon: "points", heads: ["points"] },
    { place: "vaults", icon: "vaults", heads: ["vaults"] },
    { place: "alerts", icon: "alerts", heads: ["alerts"] },
    { place: "settings", icon: "settings", heads: ["settings"] },
];

interface ShellProps {
    language: Language;
    changeLanguage: (language: Language) => void;
    loggedOut: () => void;
}

export function Shell({ language, changeLanguage, loggedOut }: ShellProps) {
    const { words } = useAround();
    const route = useRoute();
    const overview = useLive<Overview>("/overview", everyMs);
    // A link to "#content" would be a route.
    const skip = (event: Event) => {
        event.preventDefault();
        document.querySelector<HTMLElement>("main h1")?.focus();
    };
    return (
        <div class="shell">
            <a class="skip" href="#content" onClick={skip}>
                {words.skipToContent}
            </a>
            <Rail route={route} />
            <header class="header">
                <p class="host">
                    <bdi>{overview.value?.client ?? " "}</bdi>
                </p>
                <AgentState overview={overview} />
                <span class="grow" />
                <LanguageChoice language={language} change={changeLanguage} />
                <ThemeChoice />
                <LogOut loggedOut={loggedOut} />
            </header>
            <main id="content" class="content" key={route.join("/")}>
                {viewOf(route, overview)}
            </main>
        </div>
    );
}

function Rail({ route }: { route: Route }) {
    const { words } = useAround();
    return (
        <nav class="rail" aria-label={words.mainMenu}>
            <div class="rail-inside">
                <p class="brand">
                    <img src="icon.svg" alt="" width="28" height="28" />
                    <span>{words.product}</span>
                </p>
                <ul>
                    {places.map(({ place, icon, heads }) => (
                        <li key={place}>
                            <a
                                href={addressOf(place)}
                                aria-current={heads.includes(route[0] ?? "") ? "page" : undefined}
                            >
                                <Icon name={icon} />
                                <span>{words.rail[place]}</span>
                            </a>
                        </li>
                    ))}
                </ul>
            </div>
        </nav>
    );
}

function AgentState({ overview }: { overview: Live<Overview> }) {
    const { words } = useAround();
    if (overview.problem?.isUnreachable) {
        return (
            <p class="agent-state bad" role="status">
                {words.header.unreachable}
            </p>
        );
    }
    if (!overview.value) return <p class="agent-state" role="status" />;
    const { runningJobs, queuedJobs } = overview.value;
    const running = runningJobs.length;
    return (
        <p class={`agent-state ${running > 0 ? "busy" : "good"}`} role="status">
            {running > 0 ? (
                <a href={addressOf("jobs", "active")}>{words.header.working(running)}</a>
            ) : queuedJobs > 0 ? (
                <a href={addressOf("jobs", "active")}>{words.header.waiting(queuedJobs)}</a>
            ) : (
                words.header.ready
            )}
        </p>
    );
}

export function LanguageChoice({ language, change }: { language: Language; change: (language: Language) => void }) {
    const { words } = useAround();
    return (
        <select
            class="small-choice"
            aria-label={words.header.language}
            value={language}
            onChange={(event) => change(event.currentTarget.value as Language)}
        >
            <option value="en" lang="en">
                English
            </option>
            <option value="zh" lang="zh-CN">
                中文
            </option>
        </select>
    );
}

export function ThemeChoice() {
    const { words } = useAround();
    const [theme, setTheme] = useState<Theme>(chosenTheme());
    const choose = (next: Theme) => {
        keepTheme(next);
        setTheme(next);
    };
    return (
        <select
            class="small-choice"
            aria-label={words.header.theme}
            value={theme}
            onChange={(event) => choose(event.currentTarget.value as Theme)}
        >
            {(["system", "light", "dark"] as const).map((choice) => (
                <option key={choice} value={choice}>
                    {words.header.themes[choice]}
                </option>
            ))}
        </select>
    );
}

function LogOut({ loggedOut }: { loggedOut: () => void }) {
    const { words, needsPassword } = useAround();
    if (!needsPassword) return null;
    return (
        <button type="button" class="button quiet-button" onClick={() => void logOut().finally(loggedOut)}>
            {words.header.logOut}
        </button>
    );
}
