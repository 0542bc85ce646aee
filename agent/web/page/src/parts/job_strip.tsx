// SPDX-License-Identifier: Apache-2.0
// job_strip.tsx: the newest jobs of a plan at a glance, the oldest first; each leads to its job.
import type { Job } from "contract";

import { useAround } from "../around";
import { addressOf } from "../route";
import { Icon } from "./icon";
import { jobLooks } from "./state";

export function JobStrip({ jobs }: { jobs: Job[] }) {
    const { words, formats } = useAround();
    const sentenceOf = (job: Job) =>
        `${words.job.title(job.id)}: ${words.job.states[job.state]}, ${formats.moment(job.started ?? job.made)}`;
    if (jobs.length === 0) return <span class="quiet">{words.none}</span>;
    return (
        <ol class="job-strip">
            {[...jobs].reverse().map((job) => (
                <li key={job.id}>
                    <a
                        class={jobLooks[job.state].tone}
                        href={addressOf("job", job.id)}
                        aria-label={sentenceOf(job)}
                        title={sentenceOf(job)}
                    >
                        <Icon name={jobLooks[job.state].icon} />
                    </a>
                </li>
            ))}
        </ol>
    );
}
