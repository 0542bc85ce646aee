// SPDX-License-Identifier: Apache-2.0
// sparkline.tsx: how a figure went lately, as a line without words; the figure itself stands beside it.
import { useEffect, useRef, useState } from "preact/hooks";

const mostValues = 60;
const width = 120;
const height = 24;

/// The newest values, the oldest first; one more whenever `source` is another object.
export function useNewest(source: object | undefined, value: number | undefined): number[] {
    const [values, setValues] = useState<number[]>([]);
    const last = useRef<object>();
    useEffect(() => {
        if (source === undefined || value === undefined || source === last.current) return;
        last.current = source;
        setValues((before) => [...before.slice(1 - mostValues), value]);
    }, [source, value]);
    return values;
}

export function Sparkline({ values }: { values: number[] }) {
    const highest = Math.max(...values, 1);
    if (values.length < 2) return null;
    const points = values.map((value, index) => {
        const x = (index / (values.length - 1)) * width;
        const y = height - 1 - (value / highest) * (height - 2);
        return `${x.toFixed(1)},${y.toFixed(1)}`;
    });
    return (
        <svg class="sparkline" viewBox={`0 0 ${width} ${height}`} preserveAspectRatio="none" aria-hidden="true">
            <polyline points={points.join(" ")} />
        </svg>
    );
}
