// SPDX-License-Identifier: Apache-2.0
// plan_draft_test.mjs: a plan as it is typed, and as the agent wants it.
import assert from "node:assert/strict";
import { dirname, join } from "node:path";
import test from "node:test";
import { fileURLToPath } from "node:url";

import { requirePackage } from "./lab.mjs";

const source = join(dirname(fileURLToPath(import.meta.url)), "../../agent/web/page/src/views/plan_draft.ts");
const built = await requirePackage("esbuild").build({
    entryPoints: [source],
    bundle: true,
    format: "esm",
    write: false,
});
const draft = await import(`data:text/javascript;base64,${Buffer.from(built.outputFiles[0].text).toString("base64")}`);

const plan = {
    id: "1".repeat(32),
    name: "Everything",
    client: "host",
    vault: "main",
    policy: 3,
    sources: ["/home", "/it's"],
    options: [
        { name: "exclude", value: "*.tmp" },
        { name: "exclude", value: "/var/cache" },
        { name: "exclude-type", value: ".log" },
        { name: "exclude-larger-than", value: "2GiB" },
        { name: "one-file-system", value: "" },
        { name: "reread", value: "" },
    ],
    scriptBefore: "/usr/bin/before",
    scriptAfter: "",
    bandwidth: [
        { fromHour: 0, untilHour: 6, bytesPerSecond: 1_048_576 },
        { fromHour: 22, untilHour: 24, bytesPerSecond: 1_048_576 },
    ],
    retry: { mostRetries: 0, firstWaitMinutes: 60 },
};

test("a plan that is edited without a change stays as it was", () => {
    const { id: _id, ...settings } = plan;
    assert.deepEqual(draft.settingsOfDraft(draft.draftOfPlan(plan)), settings);
});

test("a range past midnight fills the hours on both sides of it", () => {
    const hours = draft.hoursOf([{ fromHour: 22, untilHour: 6, bytesPerSecond: 2048 }]);
    const limited = hours.flatMap((limit, hour) => (limit === "2" ? [hour] : []));
    assert.deepEqual(limited, [0, 1, 2, 3, 4, 5, 22, 23]);
});

test("24 is midnight, as is 0", () => {
    assert.equal(draft.hoursBetween(0, 24).length, 24);
    assert.deepEqual(draft.hoursBetween(23, 24), [23]);
    assert.deepEqual(draft.hoursBetween(23, 0), [23]);
});

test("hours in a row with one limit are one range", () => {
    const limits = draft.noLimits();
    for (const hour of [8, 9, 10]) limits[hour] = "100";
    limits[11] = "200";
    assert.deepEqual(draft.rangesOf(limits), [
        { fromHour: 8, untilHour: 11, bytesPerSecond: 102_400 },
        { fromHour: 11, untilHour: 12, bytesPerSecond: 204_800 },
    ]);
});

test("the command line can be pasted into a shell", () => {
    const line = draft.commandLineOf(draft.draftOfPlan(plan));
    assert.equal(
        line,
        "hbr backup run --vault=main '--exclude=*.tmp' --exclude=/var/cache --exclude-type=.log " +
            "--exclude-larger-than=2GiB --one-file-system --reread -- /home '/it'\\''s'",
    );
});
