// SPDX-License-Identifier: Apache-2.0
// progress.tsx: how far a job is.
import type { Job, Progress } from "contract";

import { useAround } from "../around";

/// Of bytes when there are any, else of objects; null while nobody knows how much there is.
export function shareOf(progress: Progress): number | null {
    const share = (done: number, total: number | null) =>
        total === null || total === 0 ? null : Math.min(1, done / total);
    return share(progress.bytesDone, progress.bytesTotal) ?? share(progress.objectsDone, progress.objectsTotal);
}

/// A bar and, in words, the same.
export function ProgressLine({ job }: { job: Job }) {
    const { words, formats } = useAround();
    const { progress } = job;
    const share = progress ? shareOf(progress) : null;
    return (
        <div class="progress-line">
            <progress max={1} {...(share === null ? {} : { value: share })} aria-label={words.job.progress} />
            <span class="quiet">
                {share !== null && <span class="figure">{formats.percent(share)}</span>}
                {progress && progress.bytesPerSecond > 0 && (
                    <span>{words.job.perSecond(formats.bytes(progress.bytesPerSecond))}</span>
                )}
                {progress?.secondsLeft != null && (
                    <span>{words.job.about(formats.duration(progress.secondsLeft))}</span>
                )}
                {progress === null && <span>{words.job.stage.preparing}</span>}
            </span>
        </div>
    );
}
