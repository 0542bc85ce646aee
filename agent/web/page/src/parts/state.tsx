// SPDX-License-Identifier: Apache-2.0
// state.tsx: the states of jobs and plans: a shape, a word and a colour, each of which is enough.
import type { JobState, ProtectionState } from "contract";

import { useAround } from "../around";
import { Icon, type IconName } from "./icon";

export type Tone = "good" | "busy" | "careful" | "bad" | "calm";

interface Look {
    tone: Tone;
    icon: IconName;
}

export const jobLooks: Record<JobState, Look> = {
    queued: { tone: "calm", icon: "waiting" },
    running: { tone: "busy", icon: "running" },
    completed: { tone: "good", icon: "good" },
    "partially completed": { tone: "careful", icon: "warning" },
    failed: { tone: "bad", icon: "bad" },
    cancelled: { tone: "calm", icon: "none" },
};

const protectionLooks: Record<ProtectionState, Look> = {
    protected: { tone: "good", icon: "good" },
    late: { tone: "careful", icon: "warning" },
    failing: { tone: "bad", icon: "bad" },
    never: { tone: "careful", icon: "waiting" },
    stopped: { tone: "bad", icon: "stopped" },
    paused: { tone: "calm", icon: "paused" },
    instant: { tone: "calm", icon: "none" },
};

export function Mark({ tone, icon, word }: Look & { word: string }) {
    return (
        <span class={`mark ${tone}`}>
            <Icon name={icon} />
            {word}
        </span>
    );
}

export function JobMark({ state }: { state: JobState }) {
    return <Mark {...jobLooks[state]} word={useAround().words.job.states[state]} />;
}

export function ProtectionMark({ state }: { state: ProtectionState }) {
    return <Mark {...protectionLooks[state]} word={useAround().words.states[state]} />;
}

/// What somebody should look at.
export function needsAttention(state: ProtectionState): boolean {
    return state === "late" || state === "failing" || state === "stopped";
}
