// SPDX-License-Identifier: Apache-2.0
// stand_in_restore.mjs: what the stand-in for the agent tells of restore points, and restores nothing from them.
const hostile = "<img src=x onerror=alert(1)>";
const time = (ms) => new Date(ms).toISOString().replace(/\.\d+Z$/, "Z");
const hexOf = (text) => Buffer.from(text).toString("hex");

/// Folders by their paths: names that end with '/' are folders.
const folders = {
    "": ["etc/", "home/", "srv/"],
    etc: ["fstab", "hosts", "ssh/"],
    "etc/ssh": ["sshd_config"],
    home: ["ana/", "ben/"],
    "home/ana": ["letters/", "notes.txt", `${hostile}.txt`],
    "home/ana/letters": [],
    "home/ben": ["photo.jpg"],
    srv: ["data/"],
    "srv/data": Array.from({ length: 260 }, (_, number) => `figures ${String(number).padStart(3, "0")}.xlsx`),
};

function entryOf(folder, item) {
    const isFolder = item.endsWith("/");
    const name = isFolder ? item.slice(0, -1) : item;
    const path = folder === "" ? name : `${folder}/${name}`;
    return {
        name,
        path: `/${path}`,
        key: hexOf(path.replaceAll("/", "\0")),
        isExact: true,
        kind: isFolder ? "directory" : "file",
        sizeBytes: isFolder ? 0 : 1000 * (1 + (name.length % 7)),
        modified: time(Date.UTC(2026, 9, 1 + (name.length % 20))),
        target: null,
    };
}

function entries(agent, query) {
    const folder = Buffer.from(query.get("folder") ?? "", "hex")
        .toString()
        .replaceAll("\0", "/");
    const items = (folders[folder] ?? []).map((item) => entryOf(folder, item));
    return agent.page(items, query);
}

function clients(agent, query) {
    const found = new Map();
    for (const point of agent.state.points) {
        const key = `${point.vault}/${point.client}`;
        const client = found.get(key) ?? {
            vault: point.vault,
            name: point.client,
            isThisMachine: point.client === "backup-host",
            points: 0,
            newestPoint: point.started,
        };
        client.points += 1;
        client.oldestPoint = point.started;
        found.set(key, client);
    }
    return agent.page([...found.values()], query);
}

const counts = {
    created: 3,
    overwritten: 2,
    keptBoth: 0,
    skipped: 1,
    alreadyThere: 4,
    bytes: 4_500_000,
    freeBytes: 52_428_800_000,
    differences: 0,
};

function addRestore(agent, body) {
    const point = agent.state.points.find(({ id }) => id === body.point);
    const job = agent.addJob({ kind: "restore", client: point.client, vault: body.vault });
    agent.state.restores ??= {};
    agent.state.restores[job.id] = {
        job: job.id,
        vault: body.vault,
        client: point.client,
        point: body.point,
        inPlace: body.inPlace ?? false,
        target: body.target ?? null,
        keys: body.keys ?? [],
        includes: body.includes ?? [],
        excludes: body.excludes ?? [],
        onConflict: body.onConflict ?? "skip",
        verify: body.verify ?? false,
        dryRun: body.dryRun ?? false,
        bytesPerSecond: body.bytesPerSecond ?? null,
        counts: { ...counts, differences: body.verify && !body.dryRun ? 0 : null },
    };
    return [202, agent.jobAs(job)];
}

/// The answer, or nothing when something else is asked for.
export function answerOfRestore(agent, method, parts, query, body) {
    const [noun, first, second, third] = parts;
    if (method === "GET" && noun === "clients") return clients(agent, query);
    if (method === "GET" && noun === "points" && third === "entries") return entries(agent, query);
    if (method === "GET" && noun === "points" && second !== undefined)
        return [200, agent.state.points.find(({ vault, id }) => vault === first && id === second)];
    if (method === "POST" && noun === "restores") return addRestore(agent, body);
    if (method === "GET" && noun === "restores") return [200, agent.state.restores[first]];
    return undefined;
}
