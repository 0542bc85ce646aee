// SPDX-License-Identifier: Apache-2.0
// bundle_test.mjs: what the bundled files are.
import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import test from "node:test";
import { gzipSync } from "node:zlib";

import { bundle } from "./lab.mjs";

test("the first load is under 200 KB compressed", async () => {
    let bytes = 0;
    for (const name of await readdir(bundle)) bytes += gzipSync(await readFile(join(bundle, name))).length;
    assert.ok(bytes < 200_000, `${bytes} bytes`);
});

test("the document holds no script or style of its own, and names nobody else's", async () => {
    const html = await readFile(join(bundle, "index.html"), "utf8");
    assert.doesNotMatch(html, /<script(?![^>]*\ssrc=)|<style|\sstyle=|\son\w+=|https?:/);
});
