// SPDX-License-Identifier: Apache-2.0
// registration_test.mjs: the first screen of a new agent: registering with a certificate, and what tells that jobs wait
// for the password.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";

import { startAgent } from "./agent.mjs";
import { bundle, checkAccessibility, settled, shoot, show, startBrowser, visit } from "./lab.mjs";
import { StandIn } from "./stand_in.mjs";

const certificate = "-----BEGIN HBR CERTIFICATE-----\nSEJSQwGEAAAA\n-----END HBR CERTIFICATE-----\n";
const program = process.env.HBR_PROGRAM ?? "";

let browser;
before(async () => {
    browser = await startBrowser();
});
after(() => browser.close());

async function fill(page, fields) {
    for (const [label, value] of Object.entries(fields)) await page.getByLabel(label, { exact: true }).fill(value);
}

const passwords = {
    "Logon password": "a logon sentence",
    "The logon password again": "a logon sentence",
    "Password of the vault": "the vault's sentence",
    "The vault's password again": "the vault's sentence",
};

test("a new user registers with a certificate from the first screen", async () => {
    const standIn = new StandIn(bundle);
    const visitor = await visit(browser, await standIn.start());
    const { page } = visitor;
    const submit = page.getByRole("button", { name: "Register", exact: true });
    await page.getByRole("heading", { name: "Register with a certificate" }).waitFor();
    await page.getByRole("link", { name: "Or use a local folder as the vault." }).waitFor();
    // What is missing is said at each field, and nothing is sent.
    await submit.click();
    await page.getByText("Give a certificate that can be used.").waitFor();
    await page.getByText("Enter the AccessKey ID.").waitFor();
    await fill(page, { Certificate: "no certificate" });
    await page.getByText("This is no registration certificate of HBR").waitFor();
    const folder = await mkdtemp(join(tmpdir(), "hbr-page."));
    await writeFile(join(folder, "web1.cert"), certificate);
    await page.getByLabel("Certificate file").setInputFiles(join(folder, "web1.cert"));
    await rm(folder, { recursive: true });
    await page.getByText("6668-7aad-f862-bd77-6c8f-c18b-8e9f-8e20").waitFor();
    assert.deepEqual(await page.getByLabel("Network type").locator("option").allTextContents(), [
        "VPC",
        "Public network",
    ]);
    await page.getByLabel("Network type").selectOption("public");
    await fill(page, {
        "AccessKey ID": "id",
        "AccessKey Secret": "wrong",
        ...passwords,
        "The logon password again": "other",
    });
    await submit.click();
    await page.getByText("The two passwords differ.").waitFor();
    await page.getByText("Compare the fingerprint with the one that the console shows.").waitFor();
    await fill(page, passwords);
    await page.getByLabel("The console shows the same fingerprint").check();
    await page.getByLabel("Encrypt AccessKey").check();
    await shoot(page, "registration-form");
    await checkAccessibility(page, "the form of a registration");
    await submit.click();
    await page.getByText("Check the AccessKey Secret.").waitFor();
    await fill(page, { "AccessKey Secret": "right" });
    await submit.click();
    await page.getByText("This machine is registered as web1.").waitFor();
    assert.equal(standIn.registration.client.network, "public");
    // There is a password from now on, and this browser is logged in with it.
    await show(page, "#/settings");
    await page.getByText("encrypted under the logon password").waitFor();
    await page.getByRole("link", { name: "Register again" }).waitFor();
    await visitor.end();
    await standIn.stop();
});

test("jobs that wait for the password say so, and run once it is entered", async () => {
    const standIn = new StandIn(bundle, { isFull: true });
    const visitor = await visit(browser, await standIn.start());
    const { page } = visitor;
    await settled(page);
    standIn.password = "a logon sentence";
    standIn.registration.waitingVaults = ["main"];
    await page.reload();
    await fill(page, { "Logon password": "a logon sentence" });
    await page.getByRole("button", { name: "Log in" }).click();
    const banner = page.getByRole("region", { name: "Jobs wait for the logon password" });
    await banner.waitFor();
    await shoot(page, "waiting-for-password");
    await checkAccessibility(page, "the banner of waiting jobs");
    await banner.getByLabel("Logon password").fill("a logon sentence");
    standIn.registration.waitingVaults = [];
    await banner.getByRole("button", { name: "Let them run" }).click();
    await banner.waitFor({ state: "detached" });
    await visitor.end();
    await standIn.stop();
});

test("the real agent reads a real certificate, and says why it cannot be used", { skip: program === "" }, async () => {
    const agent = await startAgent();
    const environment = { ...process.env, HBR_CONFIG_DIR: join(agent.folder, "console") };
    const console_ = (...words) =>
        assert.equal(spawnSync(program, words, { env: environment }).status, 0, words.join(" "));
    const file = join(agent.folder, "web1.cert");
    console_("certificate", "new-issuer");
    console_(
        "certificate",
        "create",
        "s3://backups/main",
        "--client",
        "wéb1",
        "--endpoint",
        "http://127.0.0.1:1",
        "-o",
        file,
    );
    const visitor = await visit(browser, agent.url);
    const { page } = visitor;
    await page.getByLabel("Certificate file").setInputFiles(file);
    await page.getByText("wéb1").waitFor();
    const text = await readFile(file, "utf8");
    const at = text.indexOf("\n") + 100;
    const forged = text.slice(0, at) + (text[at] === "A" ? "B" : "A") + text.slice(at + 1);
    await fill(page, { Certificate: forged });
    await page.getByText("CERT-0004").waitFor();
    await visitor.end();
    await agent.stop();
});
