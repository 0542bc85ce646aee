// SPDX-License-Identifier: Apache-2.0
// first_load_test.mjs: what somebody who comes for the first time sees. The time that it took is told; the goal is
// 300 ms, but a busy machine fails no test by it.
import assert from "node:assert/strict";
import test from "node:test";

import { startAgent } from "./agent.mjs";
import { settled, startBrowser, visit } from "./lab.mjs";

test("the first load shows content", async (t) => {
    const agent = await startAgent();
    const browser = await startBrowser();
    try {
        const visitor = await visit(browser, agent.url);
        await settled(visitor.page);
        const paintMs = await visitor.page.evaluate(
            () => performance.getEntriesByName("first-contentful-paint")[0]?.startTime,
        );
        assert.ok(paintMs > 0, "nothing was painted");
        t.diagnostic(`first content after ${paintMs.toFixed(0)} ms`);
        await visitor.end();
    } finally {
        await browser.close();
        await agent.stop();
    }
});
