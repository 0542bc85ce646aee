// SPDX-License-Identifier: Apache-2.0
// agent.mjs: what the walks visit: the real agent, 'hbr service run' in a folder of its own, or the stand-in.
import { spawn } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { bundle, patienceMs } from "./lab.mjs";
import { StandIn } from "./stand_in.mjs";

const program = process.env.HBR_PROGRAM ?? "";

/// { url, folder, isReal, stop() }: `folder` holds "data", with something to back up, and room for a vault.
export async function startAgent() {
    const folder = await mkdtemp(join(process.env.HBR_TEST_DIR ?? tmpdir(), "hbr-page."));
    await mkdir(join(folder, "data"));
    for (let number = 0; number < 50; number += 1) {
        await writeFile(join(folder, "data", `file ${number}.txt`), `${number}\n`.repeat(1000));
    }
    return program === "" ? startStandIn(folder) : startService(folder);
}

async function startStandIn(folder) {
    const standIn = new StandIn(bundle);
    const url = await standIn.start();
    return {
        url,
        folder,
        isReal: false,
        async stop() {
            await standIn.stop();
            await rm(folder, { recursive: true });
        },
    };
}

async function startService(folder) {
    const { NOTIFY_SOCKET: _notSystemd, ...environment } = process.env;
    const child = spawn(program, ["service", "run", "--port", "0"], {
        env: { ...environment, HBR_CONFIG_DIR: join(folder, "config"), HBR_STATE_DIR: join(folder, "state") },
        stdio: ["ignore", "pipe", "pipe"],
    });
    const ended = new Promise((resolve) => child.once("exit", resolve));
    // Whatever happens to the test, the service does not outlive it.
    const kill = () => child.kill("SIGKILL");
    process.once("exit", kill);
    const url = await placeOf(child);
    return {
        url,
        folder,
        isReal: true,
        async stop() {
            child.kill("SIGTERM");
            await ended;
            process.removeListener("exit", kill);
            await rm(folder, { recursive: true });
        },
    };
}

/// The address that the service tells when it is ready.
function placeOf(child) {
    return new Promise((resolve, reject) => {
        let said = "";
        const hear = (piece) => {
            said += piece;
            const place = /page is at (http:\/\/[^\s,;]+)/.exec(said);
            if (place) resolve(new URL(place[1]).href);
        };
        child.stdout.on("data", hear);
        child.stderr.on("data", hear);
        child.once("error", reject);
        child.once("exit", (code) => reject(new Error(`the service ended with ${code}: ${said}`)));
        setTimeout(() => reject(new Error(`the service tells no address: ${said}`)), patienceMs).unref();
    });
}
