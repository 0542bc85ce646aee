// SPDX-License-Identifier: Apache-2.0
// restore_dry_run.tsx: what a restore would do or has done, in figures.
import type { Job, Restore } from "contract";

import { useLive } from "../api/live";
import { useAround } from "../around";
import { Facts } from "../parts/facts";
import { Icon } from "../parts/icon";
import { ProblemBox } from "../parts/problem";
import { JobMark } from "../parts/state";
import { addressOf } from "../route";

const everyMs = 500;

/// The outcome of a dry run, as soon as there is one.
export function DryRun({ job: id }: { job: number }) {
    const { words } = useAround();
    const say = words.restore;
    const job = useLive<Job>(`/jobs/${id}`, everyMs);
    const isOver = job.value !== undefined && job.value.ended !== null;
    const restore = useLive<Restore>(isOver ? `/restores/${id}` : null);
    return (
        <section class="dry-run" aria-label={say.dryRun} role="status">
            <p class="strong">{say.dryRun}</p>
            {job.problem && <ProblemBox problem={job.problem} />}
            {job.value && job.value.errorText !== "" && <p class="fault">{job.value.errorText}</p>}
            {job.value && !restore.value?.counts && <JobMark state={job.value.state} />}
            {restore.value && <RestoreFigures restore={restore.value} />}
            <p>
                <a href={addressOf("job", id)}>{say.dryRunJob}</a>
            </p>
        </section>
    );
}

export function RestoreFigures({ restore }: { restore: Restore }) {
    const { words, formats } = useAround();
    const say = words.restore;
    const { counts } = restore;
    if (!counts) return null;
    const lacksRoom = counts.freeBytes !== null && counts.bytes > counts.freeBytes;
    return (
        <>
            <Facts
                facts={[
                    [say.created, formats.integer(counts.created)],
                    [say.overwritten, formats.integer(counts.overwritten)],
                    [say.keptBoth, formats.integer(counts.keptBoth)],
                    [say.skipped, formats.integer(counts.skipped)],
                    [say.alreadyThere, formats.integer(counts.alreadyThere)],
                    [say.room, formats.bytes(counts.bytes)],
                    [say.free, counts.freeBytes === null ? "–" : formats.bytes(counts.freeBytes)],
                    ...(counts.differences === null
                        ? []
                        : [[say.differences, formats.integer(counts.differences)] as [string, string]]),
                ]}
            />
            {restore.dryRun && lacksRoom && (
                <p class="notice careful">
                    <Icon name="warning" />
                    <span>{say.lacksRoom}</span>
                </p>
            )}
        </>
    );
}
