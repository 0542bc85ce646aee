// SPDX-License-Identifier: Apache-2.0
// stand_in_history.mjs: some weeks in the life of an agent, with everything that can be seen on the page.
const hostile = "<img src=x onerror=alert(1)>";
const dayMs = 86_400_000;
const idOf = (number) => number.toString(16).padStart(32, "0");
const time = (ms) => new Date(ms).toISOString().replace(/\.\d+Z$/, "Z");

function planOf(number, name, policy, sources, more = {}) {
    return {
        id: idOf(number),
        name,
        client: "backup-host",
        vault: "main",
        policy,
        sources,
        options: [
            { name: "exclude", value: "*.tmp" },
            { name: "exclude-caches", value: "" },
        ],
        scriptBefore: "",
        scriptAfter: "",
        bandwidth: [],
        retry: { mostRetries: 3, firstWaitMinutes: 5 },
        made: time(Date.now() - 60 * dayMs),
        pause: null,
        stopped: null,
        ...more,
    };
}

function jobOf(number, plan, startedAt, more = {}) {
    return {
        id: number,
        kind: "backup",
        state: "completed",
        plan: plan.id,
        planName: plan.name,
        client: plan.client,
        vault: plan.vault,
        due: time(startedAt),
        made: time(startedAt),
        started: time(startedAt + 1000),
        ended: time(startedAt + 95_000),
        isCancelAsked: false,
        point: idOf(1000 + number),
        objects: 48_211,
        readBytes: 3_221_225_472,
        storedBytes: 88_080_384,
        faults: 0,
        errorCode: "",
        errorText: "",
        progress: null,
        ...more,
    };
}

function pointOf(job, plan) {
    return {
        vault: job.vault,
        id: job.point,
        client: job.client,
        plan: plan.id,
        planName: plan.name,
        sources: plan.sources,
        tags: [],
        started: job.started,
        finished: job.ended,
        objects: job.objects,
        logicalBytes: 48_318_382_080,
        readBytes: job.readBytes,
        newBytes: 157_286_400,
        storedBytes: job.storedBytes,
        faults: job.faults,
        toBeDeleted: null,
        expires: time(Date.parse(job.started) + 30 * dayMs),
    };
}

const progress = {
    stage: "",
    objectsDone: 31_904,
    objectsTotal: 48_950,
    bytesDone: 31_138_512_896,
    bytesTotal: 48_318_382_080,
    readBytes: 2_147_483_648,
    newBytes: 104_857_600,
    storedBytes: 62_914_560,
    faults: 2,
    bytesPerSecond: 218_103_808,
    secondsLeft: 79,
    current: "/srv/data/projects/2026/annual report/figures.xlsx",
};

function deliveryOf(target, event, state, answer, nextTry) {
    const at = new Date().toISOString().replace(/\.\d+Z$/, "Z");
    return { target, event, state, made: at, tries: 2, tried: at, nextTry, answer };
}

export function fullHistory() {
    const plans = [
        planOf(1, "Home and settings", 1, ["/home", "/etc"], { protection: "protected" }),
        planOf(2, "Project data", 1, ["/srv/data"], {
            protection: "failing",
            bandwidth: [{ fromHour: 8, untilHour: 18, bytesPerSecond: 5_242_880 }],
        }),
        planOf(3, "Mail", 2, ["/var/mail"], { protection: "late" }),
        planOf(4, hostile, null, [`/srv/${hostile}`, "/opt"], { protection: "instant" }),
        planOf(5, "Archive", 2, ["/srv/archive"], {
            protection: "paused",
            pause: { from: time(Date.now()), until: time(Date.now() + 3_600_000) },
        }),
    ];
    const policies = [
        {
            id: 1,
            name: "Every night",
            frequency: { count: 1, unit: "day" },
            firstBackup: "2026-09-01T22:00",
            retention: { count: 30, unit: "day" },
        },
        {
            id: 2,
            name: hostile,
            frequency: { count: 2, unit: "week" },
            firstBackup: "2026-09-05T03:30",
            retention: { count: 1, unit: "year" },
        },
    ];
    const jobs = [];
    const points = [];
    const now = Date.now();
    for (let day = 40; day >= 1; day -= 1) {
        const plan = plans[day % 2];
        const state = day === 7 ? "cancelled" : day === 4 ? "partially completed" : "completed";
        const job = jobOf(jobs.length + 1, plan, now - day * dayMs, { state, faults: day === 4 ? 3 : 0 });
        jobs.unshift(job);
        if (state !== "cancelled") points.unshift(pointOf(job, plan));
        else job.point = null;
    }
    const error = "The vault 'main' cannot be reached: the folder /mnt/backup/vault is not there";
    jobs.unshift(
        jobOf(41, plans[1], now - 7_200_000, {
            state: "failed",
            point: null,
            objects: 0,
            readBytes: 0,
            storedBytes: 0,
            errorCode: "STORE-0001",
            errorText: error,
        }),
    );
    jobs.unshift(
        jobOf(42, plans[0], now - 120_000, {
            state: "running",
            isFrozen: true,
            ended: null,
            point: null,
            objects: 0,
            readBytes: 0,
            storedBytes: 0,
            progress,
        }),
    );
    return {
        vaults: [
            { name: "main", place: "/mnt/backup/vault" },
            { name: "mirror", place: "s3://company-backups/vault" },
        ],
        policies,
        plans,
        jobs,
        points,
        events: {
            42: [
                { time: time(now - 119_000), level: "info", text: "48,950 objects are to be looked at." },
                {
                    time: time(now - 60_000),
                    level: "warning",
                    text: `The file '/home/${hostile}' cannot be read: permission denied.`,
                },
                {
                    time: time(now - 30_000),
                    level: "error",
                    text: "The file '/home/ann/locked.db' changes while it is read; it is left out.",
                },
            ],
        },
        alerts: [
            {
                id: 2,
                kind: "job failed",
                severity: "error",
                plan: plans[1].id,
                planName: hostile,
                vault: "disk",
                sentence: `A backup of the plan '${hostile}' to the vault 'disk': ${error}`,
                hint: "Look at job 41.",
                raised: time(now - 7_200_000),
                seen: time(now - 3_600_000),
                ended: null,
                endSentence: "",
                deliveries: [
                    deliveryOf("office", "raised", "delivered", "250 OK", null),
                    deliveryOf("chat", "raised", "waiting", "The server did not answer", time(now + 600_000)),
                ],
            },
            {
                id: 1,
                kind: "plan quiet",
                severity: "warning",
                plan: plans[2].id,
                planName: "Mail",
                vault: "",
                sentence: "The plan 'Mail' has made no backup yet: for more than 3 intervals.",
                hint: "Look at its jobs.",
                raised: time(now - 90_000_000),
                seen: time(now - 80_000_000),
                ended: time(now - 70_000_000),
                endSentence: "The plan 'Mail' has made a backup in time again.",
                deliveries: [deliveryOf("chat", "ended", "failed", "The target was removed.", null)],
            },
        ],
        targets: [
            {
                id: 1,
                name: "office",
                kind: "mail",
                server: "mail.example.com",
                port: 587,
                security: "starttls",
                login: "hbr",
                sender: "hbr@example.com",
                recipients: ["admin@example.com"],
                caFile: "",
                hasSecret: true,
            },
            { id: 2, name: hostile, kind: "webhook", server: "https://hooks.example.com", caFile: "", hasSecret: true },
        ],
        rules: [
            { id: 1, target: 1, kinds: ["job failed"], leastSeverity: "error", plan: plans[1].id, vault: null },
            { id: 2, target: 2, kinds: [], leastSeverity: "warning", plan: null, vault: null },
        ],
        problems: [
            {
                plan: plans[1].id,
                sentence: `The newest backup of 'Project data' failed: ${error}.`,
                hint: "Mount the disk again, then press 'Run now'.",
            },
            {
                plan: plans[2].id,
                sentence: "The plan 'Mail' has no backup as new as its policy wants.",
                hint: "Look whether the machine was off at the time of its runs.",
            },
        ],
    };
}
