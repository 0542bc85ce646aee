// SPDX-License-Identifier: Apache-2.0
// text.tsx: times and text from outside, always as text.
import { useAround } from "../around";

/// A moment, with all of it for who points at it.
export function Moment({ time }: { time: string }) {
    const { formats } = useAround();
    return (
        <time dateTime={time} title={formats.exactMoment(time)}>
            {formats.moment(time)}
        </time>
    );
}

/// A moment, and how far it is away.
export function MomentAndDistance({ time, otherwise }: { time: string | null; otherwise: string }) {
    const { formats } = useAround();
    if (time === null) return <span class="quiet">{otherwise}</span>;
    return (
        <span class="stacked">
            <Moment time={time} />
            <span class="quiet">{formats.fromNow(time)}</span>
        </span>
    );
}

/// Paths, which may be long and hold anything.
export function Paths({ paths }: { paths: string[] }) {
    return (
        <ul class="paths">
            {paths.map((path) => (
                <li key={path}>
                    <bdi>{path}</bdi>
                </li>
            ))}
        </ul>
    );
}
