// SPDX-License-Identifier: Apache-2.0
// facts.tsx: names and what stands for them.
import type { ComponentChildren } from "preact";

export function Facts({ facts }: { facts: Array<[string, ComponentChildren]> }) {
    return (
        <dl class="facts">
            {facts.map(([name, value]) => (
                <div key={name}>
                    <dt>{name}</dt>
                    <dd>{value}</dd>
                </div>
            ))}
        </dl>
    );
}
