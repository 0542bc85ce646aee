// SPDX-License-Identifier: Apache-2.0
// plan_draft.ts: a plan as it is being typed, and as the agent wants it.
import type { BandwidthRange, Plan, PlanSettings } from "contract";

export const mostSources = 8;
const hours = 24;

/// Options that have fields of their own; all others are kept as they are.
const fieldOptions = ["exclude", "exclude-type", "exclude-larger-than", "exclude-caches", "one-file-system"];

type Option = Plan["options"][number];

export interface PlanDraft {
    name: string;
    client: string | undefined;
    sources: string[];
    vault: string;
    policy: number | null;
    excludes: string;
    excludeTypes: string;
    excludeLarger: string;
    excludeCaches: boolean;
    oneFileSystem: boolean;
    otherOptions: Option[];
    scriptBefore: string;
    scriptAfter: string;
    /// KiB a second for each hour of the day; empty: no limit.
    bandwidth: string[];
    mostRetries: string;
    firstWaitMinutes: string;
}

export function emptyDraft(): PlanDraft {
    return {
        name: "",
        client: undefined,
        sources: [""],
        vault: "",
        policy: null,
        excludes: "",
        excludeTypes: "",
        excludeLarger: "",
        excludeCaches: false,
        oneFileSystem: false,
        otherOptions: [],
        scriptBefore: "",
        scriptAfter: "",
        bandwidth: noLimits(),
        mostRetries: "3",
        firstWaitMinutes: "5",
    };
}

export function noLimits(): string[] {
    return Array<string>(hours).fill("");
}

export function draftOfPlan(plan: Plan): PlanDraft {
    const values = (name: string) =>
        plan.options.filter((option) => option.name === name).map((option) => option.value);
    return {
        name: plan.name,
        client: plan.client,
        sources: plan.sources,
        vault: plan.vault,
        policy: plan.policy,
        excludes: values("exclude").join("\n"),
        excludeTypes: values("exclude-type").join(", "),
        excludeLarger: values("exclude-larger-than")[0] ?? "",
        excludeCaches: values("exclude-caches").length > 0,
        oneFileSystem: values("one-file-system").length > 0,
        otherOptions: plan.options.filter((option) => !fieldOptions.includes(option.name)),
        scriptBefore: plan.scriptBefore,
        scriptAfter: plan.scriptAfter,
        bandwidth: hoursOf(plan.bandwidth),
        mostRetries: String(plan.retry.mostRetries),
        firstWaitMinutes: String(plan.retry.firstWaitMinutes),
    };
}

/// Each hour's limit. A range may pass midnight; 24 is midnight, as is 0.
export function hoursOf(ranges: BandwidthRange[]): string[] {
    const limits = noLimits();
    for (const { fromHour, untilHour, bytesPerSecond } of ranges) {
        for (const hour of hoursBetween(fromHour, untilHour)) limits[hour] = String(bytesPerSecond / 1024);
    }
    return limits;
}

/// The hours from one to another, past midnight when they lie so; all of them when both are the same.
export function hoursBetween(from: number, until: number): number[] {
    const count = (until - from + hours - 1 + hours) % hours;
    return Array.from({ length: count + 1 }, (_, index) => (from + index) % hours);
}

/// One range for hours in a row that have the same limit.
export function rangesOf(limits: string[]): BandwidthRange[] {
    const ranges: BandwidthRange[] = [];
    limits.forEach((text, hour) => {
        if (text.trim() === "") return;
        const bytesPerSecond = Math.round(Number(text) * 1024);
        const last = ranges.at(-1);
        if (last && last.untilHour === hour && last.bytesPerSecond === bytesPerSecond) last.untilHour = hour + 1;
        else ranges.push({ fromHour: hour, untilHour: hour + 1, bytesPerSecond });
    });
    return ranges;
}

export function isLimit(text: string): boolean {
    return text.trim() === "" || Number(text) >= 1;
}

function optionsOf(draft: PlanDraft): Option[] {
    const lines = draft.excludes.split("\n").filter((line) => line.trim() !== "");
    const types = draft.excludeTypes.split(/[\s,;]+/).filter((type) => type !== "");
    return [
        ...lines.map((value) => ({ name: "exclude", value })),
        ...types.map((value) => ({ name: "exclude-type", value })),
        ...(draft.excludeLarger.trim() === ""
            ? []
            : [{ name: "exclude-larger-than", value: draft.excludeLarger.trim() }]),
        ...(draft.excludeCaches ? [{ name: "exclude-caches", value: "" }] : []),
        ...(draft.oneFileSystem ? [{ name: "one-file-system", value: "" }] : []),
        ...draft.otherOptions,
    ];
}

/// What is no whole number becomes one that the agent refuses with a sentence of its own.
function wholeNumber(text: string, refused: number): number {
    return /^[0-9]{1,9}$/.test(text.trim()) ? Number(text) : refused;
}

export function settingsOfDraft(draft: PlanDraft): PlanSettings {
    return {
        name: draft.name,
        ...(draft.client === undefined ? {} : { client: draft.client }),
        vault: draft.vault,
        policy: draft.policy,
        sources: draft.sources.filter((source) => source !== ""),
        options: optionsOf(draft),
        scriptBefore: draft.scriptBefore,
        scriptAfter: draft.scriptAfter,
        bandwidth: rangesOf(draft.bandwidth),
        retry: {
            mostRetries: wholeNumber(draft.mostRetries, 999),
            firstWaitMinutes: wholeNumber(draft.firstWaitMinutes, 0),
        },
    };
}

/// A word as a shell takes it.
function quoted(word: string): string {
    return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

/// What a person would type for the same backup.
export function commandLineOf(draft: PlanDraft): string {
    const { vault, sources, options = [] } = settingsOfDraft(draft);
    const words = options.map(({ name, value }) => (value === "" ? `--${name}` : `--${name}=${value}`));
    return ["hbr", "backup", "run", `--vault=${vault}`, ...words, "--", ...sources].map(quoted).join(" ");
}

/// The new plan that is being typed; stays while the person makes a vault or a policy for it.
export const planDraft = {
    kept: emptyDraft(),
    step: 0,
    choosePolicy(id: number) {
        this.kept = { ...this.kept, policy: id };
    },
    chooseVault(name: string) {
        this.kept = { ...this.kept, vault: name };
    },
    clear() {
        this.kept = emptyDraft();
        this.step = 0;
    },
};
