// SPDX-License-Identifier: Apache-2.0
// lab.mjs: a browser for the page's tests, which notices what no page may do, and the ways to ask it things.
//
// The environment tells where everything is (run.sh): HBR_PAGE_BUNDLE, HBR_PAGE_PACKAGES, HBR_PAGE_SHOTS, and
// HBR_PROGRAM where there is one.
import assert from "node:assert/strict";
import { mkdir, readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";

export const bundle = process.env.HBR_PAGE_BUNDLE;
const packages = process.env.HBR_PAGE_PACKAGES;
const shots = process.env.HBR_PAGE_SHOTS;
export const requirePackage = createRequire(join(packages, "package.json"));
const { chromium } = requirePackage("playwright-core");

/// Nothing takes nearly as long; it only bounds how long a failure takes.
export const patienceMs = 20_000;

export async function startBrowser() {
    return chromium.launch({
        executablePath: process.env.HBR_CHROMIUM ?? "/usr/bin/chromium",
        args: ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-extensions", "--no-first-run"],
    });
}

/// A visitor without a past. `breaches` gathers what must never happen: script that fails or is refused, dialogues,
/// requests to somebody else.
export async function visit(browser, url, { language = "en-GB", theme = "light" } = {}) {
    const context = await browser.newContext({
        locale: language,
        colorScheme: theme,
        viewport: { width: 1280, height: 860 },
        timezoneId: "UTC",
        reducedMotion: "reduce",
    });
    context.setDefaultTimeout(patienceMs);
    const page = await context.newPage();
    const breaches = [];
    page.on("pageerror", (error) => breaches.push(`script failed: ${error.message}`));
    page.on("dialog", (dialog) => {
        breaches.push(`a dialogue: ${dialog.message()}`);
        void dialog.dismiss();
    });
    page.on("console", (message) => {
        if (/Content Security Policy|Uncaught/.test(message.text())) breaches.push(message.text());
    });
    page.on("request", (request) => {
        if (new URL(request.url()).origin !== new URL(url).origin) breaches.push(`a request to ${request.url()}`);
    });
    await page.goto(url);
    return {
        page,
        breaches,
        async end() {
            await context.close();
            assert.deepEqual(breaches, []);
        },
    };
}

/// Shows the view of an address such as "#/policies", and waits until it has its content.
export async function show(page, address) {
    await page.evaluate(async (hash) => {
        if (location.hash === hash) return;
        const changed = new Promise((resolve) => addEventListener("hashchange", resolve, { once: true }));
        location.hash = hash;
        await changed;
        // The page draws right after it, before any other task.
        await new Promise((resolve) => setTimeout(resolve));
    }, address);
    await settled(page);
}

/// A heading is there, and nothing is loading.
export async function settled(page) {
    await page.locator("main h1").waitFor();
    await page.waitForFunction(() => document.querySelector(".loading") === null);
}

export async function shoot(page, name) {
    await mkdir(shots, { recursive: true });
    await page.screenshot({ path: join(shots, `${name}.png`), fullPage: true, animations: "disabled" });
}

const axeSource = await readFile(requirePackage.resolve("axe-core/axe.min.js"), "utf8");

/// Fails with what axe-core finds.
export async function checkAccessibility(page, name) {
    await page.evaluate(axeSource);
    const { violations } = await page.evaluate(() =>
        globalThis.axe.run(document, {
            resultTypes: ["violations"],
            runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
        }),
    );
    const found = violations.flatMap(({ id, nodes }) =>
        nodes.map(({ html, failureSummary }) => `${name}: ${id}: ${html}: ${failureSummary}`),
    );
    assert.deepEqual(found, []);
}
