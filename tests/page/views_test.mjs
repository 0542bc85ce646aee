// SPDX-License-Identifier: Apache-2.0
// views_test.mjs: every view, in both languages and both themes, on the stand-in's long history.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { bundle, checkAccessibility, settled, shoot, show, startBrowser, visit } from "./lab.mjs";
import { StandIn } from "./stand_in.mjs";

const planId = "1".padStart(32, "0");
const hostilePlanId = "4".padStart(32, "0");
const pointId = (1000 + 40).toString(16).padStart(32, "0");
const hostile = "<img src=x onerror=alert(1)>";
const views = {
    overview: "#/",
    backup: "#/backup",
    plan: `#/plan/${planId}`,
    "plan-edit": `#/plan/${planId}/edit`,
    "plan-new": "#/backup/new",
    jobs: "#/jobs",
    job: "#/job/42",
    "job-failed": "#/job/41",
    policies: "#/policies",
    policy: "#/policy/1",
    "policy-new": "#/policies/new",
    points: "#/points",
    restore: "#/restore",
    "restore-when": "#/restore/main/backup-host",
    "restore-what": `#/restore/main/backup-host/${pointId}`,
    search: "#/search",
    vaults: "#/vaults",
    "vault-new": "#/vaults/new",
    alerts: "#/alerts",
    "alerts-ended": "#/alerts/ended",
    "alert-targets": "#/alerts/targets",
    register: "#/register",
    settings: "#/settings",
    nowhere: "#/nowhere",
};

let browser;
let full;
let fullUrl;
before(async () => {
    browser = await startBrowser();
    full = new StandIn(bundle, { isFull: true });
    fullUrl = await full.start();
});
after(async () => {
    await browser.close();
    await full.stop();
});

/// As a person does it, by the header.
async function choose(page, language, theme) {
    await page.locator(".header select").nth(0).selectOption(language);
    await page.locator(".header select").nth(1).selectOption(theme);
}

for (const [theme, other] of [
    ["light", "dark"],
    ["dark", "light"],
]) {
    test(`every view that begins ${theme} is accessible, in either language`, async () => {
        const visitor = await visit(browser, fullUrl, { theme });
        const { page } = visitor;
        for (const [name, address] of Object.entries(views)) {
            await show(page, address);
            const axeLanguage = theme === "light" ? "en" : "zh";
            for (const language of ["en", "zh"]) {
                await choose(page, language, "system");
                await shoot(page, `${name}-${language}-${theme}`);
                if (language === axeLanguage) await checkAccessibility(page, `${name}, ${language}, ${theme}`);
            }
        }
        await choose(page, "en", other);
        const ground = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
        await choose(page, "en", "system");
        assert.notEqual(await page.evaluate(() => getComputedStyle(document.body).backgroundColor), ground);
        await visitor.end();
    });
}

test("the chosen language and theme are there at the next visit", async () => {
    const visitor = await visit(browser, fullUrl);
    const { page } = visitor;
    await settled(page);
    await choose(page, "zh", "dark");
    await page.reload();
    await page.getByRole("heading", { name: "概览" }).waitFor();
    assert.equal(await page.evaluate(() => document.documentElement.dataset.theme), "dark");
    assert.equal(await page.evaluate(() => document.documentElement.lang), "zh-CN");
    await visitor.end();
});

test("a browser that speaks Chinese is answered in Chinese", async () => {
    const visitor = await visit(browser, fullUrl, { language: "zh-CN" });
    await visitor.page.getByRole("heading", { name: "概览" }).waitFor();
    await visitor.end();
});

test("names from outside are text, whatever they hold", async () => {
    const visitor = await visit(browser, fullUrl);
    const { page } = visitor;
    for (const address of [
        "#/",
        "#/backup",
        `#/plan/${hostilePlanId}`,
        "#/policies",
        "#/policy/2",
        "#/job/42",
        "#/points",
    ]) {
        await show(page, address);
        assert.equal(await page.locator("img:not([src='icon.svg'])").count(), 0, address);
    }
    await show(page, "#/backup");
    await page.getByRole("link", { name: hostile, exact: true }).waitFor();
    await page.getByRole("button", { name: `Delete ${hostile}` }).click();
    await page.getByRole("dialog", { name: `Delete the plan ${hostile}?` }).waitFor();
    await visitor.end();
});

test("a file is found by its name, whatever that holds, and versions are chosen by keyboard", async () => {
    const visitor = await visit(browser, fullUrl);
    const { page } = visitor;
    await show(page, "#/search");
    await page.getByLabel("Name").fill(hostile);
    const first = page.getByRole("checkbox", { name: `/srv/docs/${hostile}, changed` }).first();
    await first.waitFor();
    assert.equal(await page.locator("img:not([src='icon.svg'])").count(), 0);
    await first.focus();
    await page.keyboard.press("Space");
    await page.getByRole("heading", { name: "Chosen versions" }).waitFor();
    await checkAccessibility(page, "search, chosen");
    await shoot(page, "search-chosen");
    await page.getByRole("button", { name: "Choose none" }).click();
    await page.getByLabel("Name").fill("nothing");
    await page.getByText("Nothing matches").waitFor();
    await visitor.end();
});

test("a job is asked about each second while the page is seen, and not at all while it is not", async () => {
    const visitor = await visit(browser, fullUrl);
    const { page } = visitor;
    await settled(page);
    await page.clock.install();
    await show(page, "#/job/42");
    let asked = 0;
    page.on("request", (request) => {
        if (request.url().endsWith("/jobs/42")) asked += 1;
    });
    const answered = () => page.waitForResponse((response) => response.url().endsWith("/jobs/42"));
    let next = answered();
    await page.clock.runFor(1000);
    await next;
    await page.evaluate(() => {
        Object.defineProperty(document, "hidden", { value: true, configurable: true });
    });
    // What was under way ends; from then on there is nothing.
    await page.clock.runFor(3000);
    const before = asked;
    await page.clock.runFor(60_000);
    assert.equal(asked, before);
    next = answered();
    await page.evaluate(() => {
        Object.defineProperty(document, "hidden", { value: false, configurable: true });
        document.dispatchEvent(new Event("visibilitychange"));
    });
    await next;
    await visitor.end();
});

test("an agent that goes away is told, what was read stays, and its return is noticed", async () => {
    const agent = new StandIn(bundle, { isFull: true });
    const url = await agent.start();
    const visitor = await visit(browser, url);
    const { page } = visitor;
    await show(page, "#/backup");
    await agent.stop();
    await page.getByText("Agent not reachable").waitFor();
    await page.getByText("What you see is as of").waitFor();
    await page.getByRole("link", { name: "Project data", exact: true }).waitFor();
    await shoot(page, "offline");
    await show(page, "#/vaults");
    await page.getByText("The agent does not answer.").waitFor();
    const again = new StandIn(bundle, { isFull: true });
    await again.start(Number(new URL(url).port));
    await page.getByRole("button", { name: "Try again" }).click();
    await page.getByText("/mnt/backup/vault").waitFor();
    await page.getByText("Working on 1 job").waitFor();
    // Its tokens are other ones by then; the page takes a new one and does what was asked for.
    await show(page, "#/backup");
    await page.getByRole("button", { name: "Pause Mail for an hour" }).click();
    await page.getByText("Mail makes no run until").waitFor();
    await visitor.end();
    await again.stop();
});

test("a job is cancelled by whoever confirms it", async () => {
    const agent = new StandIn(bundle, { isFull: true });
    const visitor = await visit(browser, await agent.start());
    const { page } = visitor;
    await show(page, "#/job/42");
    await page.getByText("You may close this page; the agent goes on.").waitFor();
    await page.getByRole("button", { name: "Cancel the job" }).click();
    await checkAccessibility(page, "cancel dialogue");
    await shoot(page, "job-cancel");
    await page.getByRole("dialog").getByRole("button", { name: "Cancel the job" }).click();
    await page.getByText("It was asked to stop").waitFor();
    assert.equal(await page.getByRole("button", { name: "Cancel the job" }).isDisabled(), true);
    await visitor.end();
    await agent.stop();
});

test("who hears of alerts is added, tried and told apart", async () => {
    const agent = new StandIn(bundle, { isFull: true });
    const visitor = await visit(browser, await agent.start());
    const { page } = visitor;
    await show(page, "#/alerts");
    await page.getByText("Job failed").waitFor();
    await page.getByText("Tried 2 times").waitFor();
    await show(page, "#/alerts/targets");
    await page.getByRole("button", { name: "Send test to office" }).click();
    await page.getByText("The test was taken: 250 OK").waitFor();
    await page.getByRole("button", { name: "Send test to <img" }).click();
    await page.getByText("The test was not taken: The server refused").waitFor();
    await page.getByRole("button", { name: "Add webhook" }).click();
    await checkAccessibility(page, "webhook dialogue");
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Name").fill("pager");
    await dialog.getByLabel("Address").fill("pigeon");
    await dialog.getByRole("button", { name: "Create" }).click();
    await dialog.locator(".fault", { hasText: "begins with https" }).waitFor();
    await dialog.getByLabel("Address").fill("https://pager.example.com/secret");
    await dialog.getByRole("button", { name: "Create" }).click();
    await page.getByText("https://pager.example.com", { exact: true }).waitFor();
    await page.getByRole("button", { name: "Add mail" }).click();
    await checkAccessibility(page, "mail dialogue");
    await shoot(page, "alert-mail");
    await page.keyboard.press("Escape");
    await page.getByLabel("Target", { exact: true }).selectOption({ label: "pager" });
    await page.getByLabel("Kind", { exact: true }).selectOption("plan quiet");
    await page.getByRole("button", { name: "Add rule" }).click();
    await page.getByRole("button", { name: "Remove this rule of pager" }).click();
    await page.getByRole("button", { name: "Remove this rule of pager" }).waitFor({ state: "detached" });
    await visitor.end();
    await agent.stop();
});

test("older jobs are a press away, and the newest again", async () => {
    const agent = new StandIn(bundle, { isFull: true });
    for (let number = 0; number < 60; number += 1) agent.state.jobs.push({ ...agent.state.jobs[5], id: 1000 + number });
    const visitor = await visit(browser, await agent.start());
    const { page } = visitor;
    await show(page, "#/jobs");
    await page.getByRole("button", { name: "Older" }).click();
    await page.getByRole("link", { name: "Job 1008" }).waitFor();
    assert.equal(await page.getByRole("link", { name: "Job 42", exact: true }).count(), 0);
    await page.getByRole("button", { name: "Back to the newest" }).click();
    await page.getByRole("link", { name: "Job 42", exact: true }).waitFor();
    await visitor.end();
    await agent.stop();
});

test("a narrow window shows everything without scrolling sideways", async () => {
    const visitor = await visit(browser, fullUrl);
    const { page } = visitor;
    await page.setViewportSize({ width: 390, height: 800 });
    for (const [name, address] of Object.entries(views)) {
        await show(page, address);
        const [content, window] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
        assert.ok(content <= window, `${name} is ${content} wide`);
        await shoot(page, `${name}-narrow`);
    }
    await visitor.end();
});

/// Opens the folders one after the other.
async function openFolders(page, ...names) {
    for (const name of names) {
        await page.getByRole("button", { name, exact: true }).click();
        await page.locator(".trail [aria-current]", { hasText: name }).waitFor();
        await settled(page);
    }
}

test("what is chosen in folders is what is restored, and a hostile name is text", async () => {
    const visitor = await visit(browser, fullUrl);
    const { page } = visitor;
    await show(page, views["restore-what"]);
    await page.getByText("The whole restore point is restored.").waitFor();
    await openFolders(page, "home", "ana");
    await page.getByRole("checkbox", { name: `Restore ${hostile}.txt` }).check();
    await page.getByRole("checkbox", { name: "Restore letters" }).check();
    await page.getByText("2 entries are restored:").waitFor();
    assert.equal(await page.locator("img:not([src='icon.svg'])").count(), 0);
    await page.locator(".trail").getByRole("button", { name: "Everything" }).click();
    await page.getByRole("checkbox", { name: "Restore home" }).check();
    await page.getByText("1 entry is restored:").waitFor();
    await openFolders(page, "home");
    assert.equal(await page.getByRole("checkbox", { name: "ana comes with its folder" }).isDisabled(), true);
    await page.locator(".trail").getByRole("button", { name: "Everything" }).click();
    await openFolders(page, "srv", "data");
    assert.equal(await page.locator(".entries tbody tr").count(), 200);
    await page.getByRole("button", { name: "More", exact: true }).click();
    await page.getByText("figures 259.xlsx").waitFor();
    assert.equal(await page.locator(".entries tbody tr").count(), 60);

    await page.getByLabel("Folder", { exact: true }).fill("/back");
    const asked = page.waitForRequest((request) => request.method() === "POST");
    await page.getByRole("button", { name: "Try it first" }).click();
    const body = (await asked).postDataJSON();
    assert.deepEqual([body.keys, body.target, body.dryRun], [[Buffer.from("home").toString("hex")], "/back", true]);
    await page.getByText("Room that they need").waitFor();
    await checkAccessibility(page, "a tried restore");
    await shoot(page, "restore-tried");
    await visitor.end();
});

test("files are replaced at their place by whoever types the client's name", async () => {
    const visitor = await visit(browser, fullUrl);
    const { page } = visitor;
    await show(page, views["restore-what"]);
    await page.getByRole("radio", { name: "The original place" }).check();
    await page.getByLabel("When a file is there already").selectOption("overwrite");
    await page.getByRole("button", { name: "Restore", exact: true }).click();
    const dialog = page.getByRole("dialog");
    const consent = dialog.getByRole("button", { name: "Replace them" });
    assert.equal(await consent.isDisabled(), true);
    await dialog.getByRole("textbox").fill("backup-hos");
    assert.equal(await consent.isDisabled(), true);
    await checkAccessibility(page, "a restore over files");
    await shoot(page, "restore-replace");
    await dialog.getByRole("textbox").fill("backup-host");
    const asked = page.waitForRequest((request) => request.method() === "POST");
    await consent.click();
    const body = (await asked).postDataJSON();
    assert.deepEqual(
        [body.inPlace, body.confirm, body.onConflict, body.target],
        [true, "backup-host", "overwrite", undefined],
    );
    await page.getByRole("heading", { name: /^Job / }).waitFor();
    await page.getByText("Completed", { exact: true }).waitFor();
    await page.getByText("the original place").waitFor();
    await shoot(page, "restore-job");
    await visitor.end();
});
