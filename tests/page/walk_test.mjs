// SPDX-License-Identifier: Apache-2.0
// walk_test.mjs: what a new user does, from the first visit to a deleted policy; once with a mouse, once without.
import assert from "node:assert/strict";
import { access, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";

import { startAgent } from "./agent.mjs";
import { checkAccessibility, settled, shoot, show, startBrowser, visit } from "./lab.mjs";

const hostile = "<img src=x onerror=alert(1)>";

let browser;
before(async () => {
    browser = await startBrowser();
});
after(() => browser.close());

async function addVault(page, folder) {
    await page.getByRole("link", { name: "Add a vault" }).click();
    await page.getByRole("button", { name: "Add vault" }).click();
    await page.getByText("Give the vault a name.").waitFor();
    await page.getByLabel("Name", { exact: true }).fill("disk");
    await page.getByLabel("Folder").fill(join(folder, "vault"));
    await page.getByLabel("Password of the vault").fill("correct horse");
    await page.getByLabel("The password again").fill("correct horse");
    await page.getByRole("button", { name: "Add vault" }).click();
    await page.getByText("The vault disk is ready.").waitFor();
    await page.getByRole("rowheader", { name: "disk" }).waitFor();
}

async function fillPolicy(page, { name, frequency, first, retention }) {
    await page.getByLabel("Name", { exact: true }).fill(name);
    await page.getByLabel("Run every", { exact: true }).fill(String(frequency[0]));
    await page.getByLabel("Run every: Unit").selectOption(frequency[1]);
    if (first) await page.getByLabel("First backup").fill(first);
    await page.getByLabel("Keep backups for", { exact: true }).fill(String(retention[0]));
    await page.getByLabel("Keep backups for: Unit").selectOption(retention[1]);
}

const accepted = [
    { name: "a", frequency: [1, "hour"], first: "2000-01-01T00:00", retention: [1, "day"] },
    { name: "b".repeat(64), frequency: [23, "hour"], first: "2099-12-31T23:59", retention: [3650, "day"] },
    { name: "c", frequency: [1, "day"], retention: [1, "month"] },
    { name: "d", frequency: [6, "day"], retention: [120, "month"] },
    { name: "e", frequency: [1, "week"], retention: [1, "year"] },
    { name: "f", frequency: [4, "week"], retention: [10, "year"] },
];
/// One beyond, and the label of the field that says so.
const refused = [
    [{ name: "", frequency: [1, "day"], retention: [1, "day"] }, "Name"],
    [{ name: "x".repeat(65), frequency: [1, "day"], retention: [1, "day"] }, "Name"],
    [{ name: "x", frequency: [0, "hour"], retention: [1, "day"] }, "Run every"],
    [{ name: "x", frequency: [24, "hour"], retention: [1, "day"] }, "Run every"],
    [{ name: "x", frequency: [7, "day"], retention: [1, "day"] }, "Run every"],
    [{ name: "x", frequency: [5, "week"], retention: [1, "day"] }, "Run every"],
    [{ name: "x", frequency: [1, "day"], first: "1999-12-31T23:59", retention: [1, "day"] }, "First backup"],
    [{ name: "x", frequency: [1, "day"], first: "2100-01-01T00:00", retention: [1, "day"] }, "First backup"],
    [{ name: "x", frequency: [1, "day"], retention: [0, "day"] }, "Keep backups for"],
    [{ name: "x", frequency: [1, "day"], retention: [3651, "day"] }, "Keep backups for"],
    [{ name: "x", frequency: [1, "day"], retention: [121, "month"] }, "Keep backups for"],
    [{ name: "x", frequency: [1, "day"], retention: [11, "year"] }, "Keep backups for"],
];

test("each field of a policy takes its lowest and its highest value, and nothing beyond", async () => {
    const agent = await startAgent();
    const visitor = await visit(browser, agent.url);
    const { page } = visitor;
    for (const policy of accepted) {
        await show(page, "#/policies/new");
        await fillPolicy(page, policy);
        await page.locator(".runs li").nth(4).waitFor();
        await page.getByRole("button", { name: "Create" }).click();
        await page.getByRole("rowheader", { name: policy.name, exact: true }).waitFor();
    }
    for (const [policy, label] of refused) {
        await show(page, "#/");
        await show(page, "#/policies/new");
        await fillPolicy(page, policy);
        const answer = page.waitForResponse(
            (response) => response.request().method() === "POST" && response.url().endsWith("/policies"),
        );
        await page.getByRole("button", { name: "Create" }).click();
        assert.equal((await answer).status(), 400, JSON.stringify(policy));
        await page.locator(".field", { hasText: label }).locator(".fault").first().waitFor();
    }
    await checkAccessibility(page, "a refused policy");
    await shoot(page, "policy-refused");
    await show(page, "#/policies");
    assert.equal(await page.locator("tbody tr").count(), accepted.length);
    await visitor.end();
    await agent.stop();
});

/// From the menu to a file that is back; the backup has left one restore point.
async function restoreFirstFile(page, folder) {
    await page.locator(".rail").getByRole("link", { name: "Restore", exact: true }).click();
    await page.getByText("(this machine)").waitFor();
    await checkAccessibility(page, "whose files");
    await shoot(page, "restore-1-whose");
    await page.locator("tbody").getByRole("link").first().click();
    await page.locator(".point-list").waitFor();
    await checkAccessibility(page, "from when");
    await shoot(page, "restore-2-when");
    await page.locator(".point-list").getByRole("link").first().click();
    for (const name of join(folder, "data").split("/").slice(1)) {
        await page.getByRole("button", { name, exact: true }).click();
        await page.locator(".trail [aria-current]", { hasText: name }).waitFor();
    }
    await page.getByRole("checkbox", { name: "Restore file 7.txt", exact: true }).check();
    await page.getByLabel("Folder", { exact: true }).fill(join(folder, "back"));
    await page.getByRole("button", { name: "Try it first" }).click();
    await page.getByText("Room that they need").waitFor();
    await assert.rejects(access(join(folder, "back")));
    await checkAccessibility(page, "what and where to");
    await shoot(page, "restore-3-what");
    await page.getByRole("button", { name: "Restore", exact: true }).click();
    await page.getByRole("heading", { name: "Job 3" }).waitFor();
    await page.getByText("Completed", { exact: true }).waitFor();
    await page.getByText("Differences from the vault").waitFor();
    await shoot(page, "restore-4-done");
    const back = await readFile(join(folder, "back", folder, "data", "file 7.txt"), "utf8");
    assert.equal(back, "7\n".repeat(1000));
    assert.deepEqual(await readdir(join(folder, "back", folder, "data")), ["file 7.txt"]);
}

test("a new user gets to the first restored file, and deletes the policy with all that goes along", async () => {
    const agent = await startAgent();
    const visitor = await visit(browser, agent.url);
    const { page } = visitor;
    await page.getByText("Nothing is backed up yet").waitFor();
    await shoot(page, "first-visit");
    await checkAccessibility(page, "first visit");
    await addVault(page, agent.folder);

    await show(page, "#/");
    await page.getByRole("link", { name: "Add a policy" }).click();
    await settled(page);
    await fillPolicy(page, { name: hostile, frequency: [1, "day"], retention: [30, "day"] });
    await page.locator(".runs li").nth(4).waitFor();
    await page.getByRole("button", { name: "Create" }).click();
    await page.getByRole("rowheader", { name: hostile }).waitFor();

    await show(page, "#/");
    await page.getByRole("link", { name: "Make a plan" }).click();
    await page.getByLabel("Name of the plan").fill(hostile);
    await page.getByLabel("Path 1").fill(join(agent.folder, "data"));
    await shoot(page, "wizard-1-what");
    await page.getByRole("button", { name: "Next" }).click();
    await page.getByRole("radio", { name: "disk" }).check();
    await shoot(page, "wizard-2-where");
    await page.getByRole("button", { name: "Next" }).click();
    await page.getByRole("radio", { name: hostile }).check();
    await shoot(page, "wizard-3-when");
    await page.getByRole("button", { name: "Next" }).click();
    await page.getByLabel("Leave out", { exact: true }).fill("*.tmp\n/var/cache");
    await page.getByLabel("From", { exact: true }).selectOption("8");
    await page.getByLabel("Until", { exact: true }).selectOption("18");
    await page.getByLabel("KiB a second").fill("51200");
    await page.getByRole("button", { name: "Fill in" }).click();
    assert.equal(await page.getByLabel("From 17:00").inputValue(), "51200");
    assert.equal(await page.getByLabel("From 18:00").inputValue(), "");
    await checkAccessibility(page, "the wizard's options");
    await shoot(page, "wizard-4-options");
    await page.getByRole("button", { name: "Next" }).click();
    await page.locator(".runs li").nth(4).waitFor();
    await checkAccessibility(page, "the wizard's review");
    await shoot(page, "wizard-5-review");
    await page.getByRole("button", { name: "Create plan" }).click();
    await page.getByRole("button", { name: `Run now: ${hostile}` }).click();

    await page.getByRole("heading", { name: "Job 1" }).waitFor();
    await page.getByText("Completed", { exact: true }).waitFor();
    await shoot(page, "job-completed");
    await show(page, "#/points");
    await page.getByRole("link", { name: hostile }).waitFor();
    await show(page, "#/");
    await page.getByText("Everything is protected").waitFor();
    await shoot(page, "overview-protected");
    if (agent.isReal) await restoreFirstFile(page, agent.folder);

    await show(page, "#/policies");
    await page.getByRole("button", { name: `Delete ${hostile}` }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByText("1 plan stops:").waitFor();
    await dialog.getByText("1 restore point is deleted").waitFor();
    const consent = dialog.getByRole("button", { name: "Delete policy and backups" });
    assert.equal(await consent.isDisabled(), true);
    await dialog.getByRole("textbox").fill("something else");
    assert.equal(await consent.isDisabled(), true);
    await dialog.getByRole("textbox").fill(hostile);
    await checkAccessibility(page, "the policy's deletion");
    await shoot(page, "policy-deletion");
    await consent.click();
    await page.getByText("There is no policy yet").waitFor();
    await show(page, "#/backup");
    await page.getByText("Stopped since its policy was deleted").waitFor();
    assert.equal(await page.locator("img:not([src='icon.svg'])").count(), 0);
    await visitor.end();
    await agent.stop();
});

test("a password keeps others out, and whoever knows it gets in", async () => {
    const agent = await startAgent();
    const owner = await visit(browser, agent.url);
    await show(owner.page, "#/settings");
    await owner.page.getByLabel("New password", { exact: true }).fill("short");
    await owner.page.getByLabel("The new password again").fill("shorter");
    await owner.page.getByRole("button", { name: "Set password" }).click();
    await owner.page.getByText("The password has fewer than six characters.").waitFor();
    await owner.page.getByText("The two passwords differ.").waitFor();
    await checkAccessibility(owner.page, "refused password");
    await owner.page.getByLabel("New password", { exact: true }).fill("correct horse");
    await owner.page.getByLabel("The new password again").fill("correct horse");
    await owner.page.getByRole("button", { name: "Set password" }).click();
    await owner.page.getByText("The password is set.").waitFor();
    await owner.page.getByRole("button", { name: "Change password" }).waitFor();

    const other = await visit(browser, agent.url, { theme: "dark" });
    await other.page.getByRole("heading", { name: "Log in" }).waitFor();
    await checkAccessibility(other.page, "login");
    await shoot(other.page, "login-en-dark");
    await other.page.getByLabel("Logon password").fill("wrong one");
    await other.page.keyboard.press("Enter");
    await other.page.getByText("The logon password is wrong").waitFor();
    await other.page.getByLabel("Logon password").fill("correct horse");
    await other.page.keyboard.press("Enter");
    await other.page.getByRole("heading", { name: "Overview" }).waitFor();
    await other.page.getByRole("button", { name: "Log out" }).click();
    await other.page.getByRole("heading", { name: "Log in" }).waitFor();
    await owner.end();
    await other.end();
    await agent.stop();
});

const mostTabs = 80;

/// Presses Tab until the focus is on something with this role and name; each stop on the way shows that it has it.
async function tabTo(page, role, name) {
    const wanted = page.getByRole(role, { name, exact: true });
    for (let pressed = 0; pressed < mostTabs; pressed += 1) {
        await page.keyboard.press("Tab");
        const isShown = await page.evaluate(() => {
            const { outlineStyle, borderColor } = getComputedStyle(document.activeElement);
            return document.activeElement === document.body || outlineStyle !== "none" || borderColor !== "";
        });
        assert.ok(isShown, "what has the focus cannot be told");
        if (
            (await wanted.count()) > 0 &&
            (await wanted.first().evaluate((element) => element === document.activeElement))
        )
            return;
    }
    assert.fail(`${mostTabs} times Tab do not lead to the ${role} '${name}'`);
}

async function press(page, role, name, key = "Enter") {
    await tabTo(page, role, name);
    await page.keyboard.press(key);
}

async function type(page, name, text) {
    await tabTo(page, "textbox", name);
    await page.keyboard.type(text);
}

/// The name of the first link there, as tabTo() finds it.
async function firstLink(page, place) {
    const link = page.locator(place).getByRole("link").first();
    await link.waitFor();
    return (await link.innerText()).replace(/\s+/g, " ").trim();
}

async function restoreWithoutMouse(page, folder) {
    await press(page, "link", "Restore");
    await page.getByText("(this machine)").waitFor();
    await press(page, "link", await firstLink(page, "tbody"));
    await press(page, "link", await firstLink(page, ".point-list"));
    const [, top] = folder.split("/");
    await page.getByRole("checkbox", { name: `Restore ${top}`, exact: true }).waitFor();
    await tabTo(page, "checkbox", `Restore ${top}`);
    await page.keyboard.press("Space");
    await page.getByText("1 entry is restored:").waitFor();
    await type(page, "Folder", join(folder, "back"));
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: /^Job / }).waitFor();
    await page.getByText("Completed", { exact: true }).waitFor();
    assert.equal((await readdir(join(folder, "back", folder, "data"))).length, 50);
}

test("everything can be done without a mouse", async () => {
    const agent = await startAgent();
    const visitor = await visit(browser, agent.url);
    const { page } = visitor;
    await page.getByText("Nothing is backed up yet").waitFor();

    await press(page, "link", "Add a vault");
    await page.getByRole("heading", { name: "Use a local folder as the vault" }).waitFor();
    await type(page, "Name", "disk");
    await type(page, "Folder", join(agent.folder, "vault"));
    // Password fields have no role.
    for (const _ of ["password", "again"]) {
        await page.keyboard.press("Tab");
        await page.keyboard.type("correct horse");
    }
    await page.keyboard.press("Enter");
    await page.getByRole("rowheader", { name: "disk" }).waitFor();

    await press(page, "link", "Policies");
    await page.getByRole("heading", { name: "Policies" }).waitFor();
    await press(page, "link", "New policy");
    await page.getByRole("heading", { name: "New policy" }).waitFor();
    await settled(page);
    await type(page, "Name", "nightly");
    await page.keyboard.press("Enter");
    await page.getByRole("rowheader", { name: "nightly" }).waitFor();

    await press(page, "link", "Backup");
    await page.getByRole("heading", { name: "Backup" }).waitFor();
    await page.getByText("There is no plan yet").waitFor();
    await press(page, "link", "New plan");
    await page.getByRole("heading", { name: "New plan" }).waitFor();
    await type(page, "Name of the plan", "data");
    await type(page, "Path 1", join(agent.folder, "data"));
    await press(page, "button", "Next");
    await page.getByRole("heading", { name: "Where" }).waitFor();
    await tabTo(page, "radio", `disk ${join(agent.folder, "vault")}`);
    await page.keyboard.press("Space");
    await press(page, "button", "Next");
    await page.getByRole("heading", { name: "When" }).waitFor();
    await page.keyboard.press("Tab");
    await page.keyboard.press("ArrowUp");
    await press(page, "button", "Next");
    await page.getByRole("heading", { name: "Options" }).waitFor();
    await press(page, "button", "Next");
    await page.getByRole("heading", { name: "Review" }).waitFor();
    await press(page, "button", "Create and run now");
    await page.getByText("Completed", { exact: true }).waitFor();
    if (agent.isReal) await restoreWithoutMouse(page, agent.folder);

    await press(page, "link", "Backup");
    await page.getByRole("heading", { name: "Backup" }).waitFor();
    await page.getByRole("button", { name: "Delete data" }).waitFor();
    await press(page, "button", "Delete data");
    await page.getByRole("dialog").waitFor();
    await page.keyboard.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "detached" });
    assert.equal(await page.evaluate(() => document.activeElement?.getAttribute("aria-label")), "Delete data");
    await page.keyboard.press("Enter");
    await press(page, "button", "Delete the plan");
    await page.getByText("There is no plan yet").waitFor();
    await visitor.end();
    await agent.stop();
});
