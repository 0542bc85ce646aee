// SPDX-License-Identifier: Apache-2.0
// stand_in_agent.mjs: what the stand-in for the agent knows and does, in memory, by agent/doc/openapi.json.
import { randomBytes } from "node:crypto";

import { alertDeeds } from "./stand_in_alerts.mjs";
import { fullHistory } from "./stand_in_history.mjs";
import { answerOfRestore } from "./stand_in_restore.mjs";
import { lookAt, register, registrationState } from "./stand_in_registration.mjs";
import { faultOfName, refuseFields, Refused } from "./stand_in_refusal.mjs";

const hourMs = 3_600_000;
const intervals = { hour: hourMs, day: 24 * hourMs, week: 168 * hourMs };
const mostFrequency = { hour: 23, day: 6, week: 4 };
const mostRetention = { day: 3650, month: 120, year: 10 };
const kept = { day: 24 * hourMs, month: 30 * 24 * hourMs, year: 365 * 24 * hourMs };

export { Refused };

const time = (ms) => new Date(ms).toISOString().replace(/\.\d+Z$/, "Z");
const newId = () => randomBytes(16).toString("hex");
const notThere = (what) =>
    new Refused(
        404,
        "CATALOG-0012",
        "NotFound",
        `There is no ${what}`,
        "Look at the list again; it may have been deleted.",
    );

function checkPolicy({ name, frequency, firstBackup, retention }) {
    const fields = faultOfName("policy", name);
    const most = mostFrequency[frequency.unit];
    if (!(frequency.count >= 1 && frequency.count <= most)) {
        const unit = `${frequency.unit}s`;
        fields.push({
            field: "frequency",
            sentence: `A policy cannot run every ${frequency.count} ${unit}; choose 1 to ${most} ${unit}.`,
        });
    }
    if (!/^20[0-9]{2}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2})?$/.test(firstBackup)) {
        fields.push({
            field: "firstBackup",
            sentence: "The first backup time lies outside the years 2000 to 2099; choose one within them.",
        });
    }
    const longest = mostRetention[retention.unit];
    if (!(retention.count >= 1 && retention.count <= longest)) {
        const unit = `${retention.unit}s`;
        fields.push({
            field: "retention",
            sentence: `Backups cannot be kept for ${retention.count} ${unit}; choose 1 to ${longest} ${unit}.`,
        });
    }
    refuseFields(fields);
}

/// The clock of this stand-in shows UTC.
function nextRuns({ frequency, firstBackup }, count) {
    const first = Date.parse(`${firstBackup}Z`);
    const interval = intervals[frequency.unit] * frequency.count;
    const passed = Math.max(0, Math.ceil((Date.now() - first) / interval));
    return Array.from({ length: count }, (_, index) => time(first + (passed + index) * interval));
}

export class StandInAgent {
    constructor({ isFull = false } = {}) {
        this.state = isFull ? fullHistory() : emptyHistory();
        this.nextPolicy = 1 + this.state.policies.length;
        this.nextJob = 1 + this.state.jobs.length;
        this.password = null;
        this.session = null;
        this.registration = { client: null, waitingVaults: [] };
        this.csrf = randomBytes(16).toString("hex");
    }

    handle(method, parts, query, body, mayUse) {
        const restoring = answerOfRestore(this, method, parts, query, body);
        if (restoring) return restoring;
        const [noun, id, verb] = parts;
        const where = id === undefined ? "" : id === "preview" ? "/preview" : "/*";
        const deed = `${method} ${noun}${where}${verb === undefined ? "" : `/${verb}`}`;
        const deeds = {
            "GET version": () => [200, { version: "0.1.0", api: 1 }],
            "GET health": () => [200, { status: "ok", time: time(Date.now()), timeZoneAheadSeconds: 0 }],
            // As the agent: while no password is set, nobody is logged in, and may do everything.
            "GET session": () => [200, this.sessionAs(mayUse && this.password !== null)],
            "POST session": () => this.logIn(body),
            "DELETE session": () => this.logOut(),
            "PUT password": () => this.setPassword(body),
            "GET overview": () => [200, this.overview()],
            "GET vaults": () => [200, { items: this.state.vaults.map((vault) => this.vaultAs(vault)), next: null }],
            "POST vaults": () => this.addVault(body),
            "GET registration": () => [200, registrationState(this)],
            "POST registration/preview": () => [200, lookAt(body.certificate)],
            "POST registration": () => register(this, body),
            "GET policies": () =>
                this.page(
                    this.state.policies.map((policy) => this.policyAs(policy)),
                    query,
                ),
            "POST policies": () => this.addPolicy(body),
            "POST policies/preview": () => this.preview(body, query),
            "GET policies/*": () => [200, this.policyAs(this.policy(id))],
            "PUT policies/*": () => this.changePolicy(id, body),
            "DELETE policies/*": () => this.deletePolicy(id, query.get("confirm")),
            "GET policies/*/consequences": () => [200, this.goesWith(this.policy(id))],
            "GET plans": () => this.listPlans(query),
            "POST plans": () => this.addPlan(body),
            "GET plans/*": () => [200, this.planAs(this.plan(id))],
            "PUT plans/*": () => this.changePlan(id, body),
            "DELETE plans/*": () => this.deletePlan(id),
            "POST plans/*/run": () => this.run(id),
            "PUT plans/*/pause": () => this.pause(id, body.minutes),
            "DELETE plans/*/pause": () => this.pause(id, null),
            "GET jobs": () => this.listJobs(query),
            "GET jobs/*": () => [200, this.advanced(this.job(id))],
            "GET jobs/*/events": () => [200, { events: this.state.events[id] ?? [], leftOut: 0 }],
            "POST jobs/*/cancel": () => this.cancel(id),
            "GET points": () => this.listPoints(query),
            "GET search": () => this.search(query),
            "GET search/*": () => [200, { items: this.searchIndexes(), next: null }],
            ...alertDeeds(this, { id, query, body }),
        };
        if (!deeds[deed]) throw new Refused(404, "API-0001", "NotFound", `There is nothing at ${deed}`);
        return deeds[deed]();
    }

    page(items, query) {
        const from = Number(query.get("cursor") ?? 0);
        const limit = Number(query.get("limit") ?? 100);
        return [
            200,
            { items: items.slice(from, from + limit), next: from + limit < items.length ? String(from + limit) : null },
        ];
    }

    // Sessions.
    sessionAs(isLoggedIn) {
        return { isLoggedIn, needsPassword: this.password !== null, csrfToken: this.csrf };
    }

    logIn({ password }) {
        if (password !== this.password) {
            throw new Refused(
                401,
                "WEB-0009",
                "Denied",
                "The logon password is wrong",
                "Enter it again. 'hbr service password' on the machine sets another one.",
            );
        }
        this.session = newId();
        return [
            200,
            this.sessionAs(true),
            { "Set-Cookie": `session=${this.session}; HttpOnly; SameSite=Strict; Path=/` },
        ];
    }

    logOut() {
        this.session = null;
        return [204, undefined];
    }

    setPassword({ current, new: next }) {
        if (this.password !== null && current !== this.password) {
            throw new Refused(401, "WEB-0009", "Denied", "The logon password is wrong", "Enter it again.");
        }
        this.password = next;
        this.session = newId();
        return [204, undefined, { "Set-Cookie": `session=${this.session}; HttpOnly; SameSite=Strict; Path=/` }];
    }

    // Vaults.
    vaultAs(vault) {
        const points = this.state.points.filter((point) => point.vault === vault.name);
        return {
            ...vault,
            points: points.length,
            plans: this.state.plans.filter((plan) => plan.vault === vault.name).length,
            newestPoint: points[0]?.started ?? null,
        };
    }

    addVault({ name, folder, password }) {
        const fields = faultOfName("vault", name);
        if (!/^(\/|[A-Z]:\\)/.test(folder))
            fields.push({
                field: "folder",
                sentence: `The folder '${folder}' depends on the current folder; give the whole path.`,
            });
        if (password.length < 6)
            fields.push({ field: "password", sentence: "The password has fewer than 6 characters." });
        refuseFields(fields);
        const vault = { name, place: folder };
        this.state.vaults.push(vault);
        return [201, this.vaultAs(vault)];
    }

    // Policies.
    policy(id) {
        const policy = this.state.policies.find((each) => String(each.id) === id);
        if (!policy) throw notThere(`policy ${id}`);
        return policy;
    }

    policyAs(policy) {
        const plans = this.state.plans.filter((plan) => plan.policy === policy.id && plan.stopped === null).length;
        return { ...policy, plans, nextRun: nextRuns(policy, 1)[0] };
    }

    addPolicy(settings) {
        checkPolicy(settings);
        if (this.state.policies.some(({ name }) => name === settings.name)) {
            throw new Refused(
                409,
                "CATALOG-0011",
                "Exists",
                `There is a policy named '${settings.name}' already`,
                "Choose another name.",
            );
        }
        const policy = { id: this.nextPolicy++, ...settings };
        this.state.policies.push(policy);
        return [201, this.policyAs(policy)];
    }

    changePolicy(id, settings) {
        checkPolicy(settings);
        return [200, this.policyAs(Object.assign(this.policy(id), settings))];
    }

    preview(settings, query) {
        checkPolicy(settings);
        const period = kept[settings.retention.unit] * settings.retention.count;
        const plan = query.get("plan");
        const points = plan === null ? [] : this.state.points.filter((point) => point.plan === plan);
        const newest = Date.parse(points[0]?.started ?? 0);
        const backups = points.map(({ started }, index) => ({
            started,
            expires: time(Date.parse(started) + period),
            isKept: index === 0 || Date.parse(started) + period > newest,
        }));
        return [200, { runs: nextRuns(settings, Number(query.get("runs") ?? 5)), backups }];
    }

    goesWith(policy) {
        const plans = this.state.plans.filter((plan) => plan.policy === policy.id && plan.stopped === null);
        const points = this.state.points.filter((point) => plans.some(({ id }) => id === point.plan));
        return {
            plans: plans.map(({ id, name }) => ({ id, name })),
            points: points.length,
            storedBytes: points.reduce((sum, point) => sum + point.storedBytes, 0),
            runningJobs: this.state.jobs
                .filter((job) => job.state === "running" && plans.some(({ id }) => id === job.plan))
                .map(({ id }) => id),
        };
    }

    deletePolicy(id, confirm) {
        const policy = this.policy(id);
        if (confirm !== policy.name)
            throw new Refused(
                400,
                "API-0009",
                "Invalid",
                `'${confirm}' is not the policy's name`,
                "Type it as it is written.",
            );
        const gone = this.goesWith(policy);
        for (const plan of this.state.plans.filter((each) => each.policy === policy.id)) {
            Object.assign(plan, { policy: null, stopped: time(Date.now()) });
        }
        for (const point of this.state.points.filter((each) => gone.plans.some((plan) => plan.id === each.plan))) {
            point.toBeDeleted = time(Date.now());
        }
        this.state.policies = this.state.policies.filter((each) => each !== policy);
        return [200, gone];
    }

    // Plans.
    plan(id) {
        const plan = this.state.plans.find((each) => each.id === id);
        if (!plan) throw notThere("such plan");
        return plan;
    }

    planAs(plan) {
        const policy = this.state.policies.find(({ id }) => id === plan.policy);
        const job = this.state.jobs.find((each) => each.plan === plan.id);
        return {
            ...plan,
            nextRun: policy && plan.stopped === null ? nextRuns(policy, 1)[0] : null,
            lastJob: job
                ? { id: job.id, state: job.state, ended: job.ended, faults: job.faults, errorText: job.errorText }
                : null,
            lastGood: this.state.points.find((point) => point.plan === plan.id)?.started ?? null,
        };
    }

    listPlans(query) {
        const policy = query.get("policy");
        const plans = this.state.plans.filter((plan) => policy === null || String(plan.policy) === policy);
        return this.page(
            plans.map((plan) => this.planAs(plan)),
            query,
        );
    }

    checkPlan(settings) {
        const fields = faultOfName("plan", settings.name);
        if (!this.state.vaults.some(({ name }) => name === settings.vault))
            fields.push({ field: "vault", sentence: `There is no vault '${settings.vault}'.` });
        if (settings.sources.length < 1 || settings.sources.length > 8)
            fields.push({ field: "sources", sentence: "A plan has 1 to 8 sources." });
        for (const script of ["scriptBefore", "scriptAfter"]) {
            if ([...(settings[script] ?? "")].length > 250)
                fields.push({ field: script, sentence: "The path of the script has more than 250 characters." });
        }
        refuseFields(fields);
    }

    addPlan(settings) {
        this.checkPlan(settings);
        const plan = {
            id: newId(),
            client: "backup-host",
            policy: null,
            options: [],
            scriptBefore: "",
            scriptAfter: "",
            bandwidth: [],
            retry: { mostRetries: 3, firstWaitMinutes: 5 },
            ...settings,
            made: time(Date.now()),
            pause: null,
            stopped: null,
        };
        this.state.plans.push(plan);
        return [201, this.planAs(plan)];
    }

    changePlan(id, settings) {
        this.checkPlan(settings);
        return [200, this.planAs(Object.assign(this.plan(id), settings))];
    }

    deletePlan(id) {
        this.state.plans = this.state.plans.filter((each) => each !== this.plan(id));
        return [204, undefined];
    }

    pause(id, minutes) {
        const plan = this.plan(id);
        plan.pause = minutes === null ? null : { from: time(Date.now()), until: time(Date.now() + minutes * 60_000) };
        return [200, this.planAs(plan)];
    }

    // Jobs. Each question about one takes it a step further, so that tests need not wait.
    run(id) {
        const { name, client, vault } = this.plan(id);
        return [202, this.addJob({ kind: "backup", plan: id, planName: name, client, vault })];
    }

    addJob(job) {
        const added = {
            id: this.nextJob++,
            state: "queued",
            plan: null,
            planName: "",
            due: null,
            made: time(Date.now()),
            started: null,
            ended: null,
            isCancelAsked: false,
            point: null,
            objects: 0,
            readBytes: 0,
            storedBytes: 0,
            faults: 0,
            errorCode: "",
            errorText: "",
            progress: null,
            ...job,
        };
        this.state.jobs.unshift(added);
        this.state.events[added.id] = [];
        return added;
    }

    job(id) {
        const job = this.state.jobs.find((each) => String(each.id) === id);
        if (!job) throw notThere(`job ${id}`);
        return job;
    }

    advanced(job) {
        if (job.isFrozen || !["queued", "running"].includes(job.state)) return this.jobAs(job);
        const steps = 4;
        job.step = (job.step ?? 0) + 1;
        if (job.isCancelAsked) return this.jobAs(this.ended(job, "cancelled"));
        if (job.step > steps) return this.jobAs(this.completed(job));
        job.state = "running";
        job.started ??= time(Date.now());
        const done = Math.round((job.step / steps) * 1200);
        job.progress = {
            stage: "",
            objectsDone: done,
            objectsTotal: job.step > 1 ? 1200 : null,
            bytesDone: done * 65536,
            bytesTotal: job.step > 1 ? 1200 * 65536 : null,
            readBytes: done * 65536,
            newBytes: done * 32768,
            storedBytes: done * 20000,
            faults: 0,
            bytesPerSecond: 52_428_800,
            secondsLeft: job.step > 1 ? steps - job.step : null,
            current: `${this.state.plans.find(({ id }) => id === job.plan)?.sources[0] ?? "/"}/file-${done}`,
        };
        return this.jobAs(job);
    }

    ended(job, state) {
        this.state.events[job.id].push({ time: time(Date.now()), level: "info", text: `The job ended: ${state}.` });
        return Object.assign(job, { state, ended: time(Date.now()), progress: null });
    }

    completed(job) {
        const { newBytes, readBytes, storedBytes, objectsDone } = job.progress;
        if (job.kind === "restore") {
            Object.assign(job, { objects: objectsDone, readBytes, storedBytes });
            return this.ended(job, "completed");
        }
        const plan = this.state.plans.find(({ id }) => id === job.plan);
        const point = {
            vault: job.vault,
            id: newId(),
            client: job.client,
            plan: job.plan,
            planName: job.planName,
            sources: plan?.sources ?? [],
            tags: [],
            started: job.started,
            finished: time(Date.now()),
            objects: objectsDone,
            logicalBytes: readBytes,
            readBytes,
            newBytes,
            storedBytes,
            faults: 0,
            toBeDeleted: null,
            expires: null,
        };
        this.state.points.unshift(point);
        Object.assign(job, { point: point.id, objects: objectsDone, readBytes, storedBytes });
        return this.ended(job, "completed");
    }

    jobAs({ isFrozen: _isFrozen, step: _step, ...job }) {
        return job;
    }

    cancel(id) {
        const job = this.job(id);
        job.isCancelAsked = true;
        return [202, this.jobAs(job)];
    }

    listJobs(query) {
        const [plan, state] = [query.get("plan"), query.get("state")];
        const isActive = (job) => job.state === "queued" || job.state === "running";
        const jobs = this.state.jobs.filter(
            (job) => (plan === null || job.plan === plan) && (state === null || isActive(job) === (state === "active")),
        );
        return this.page(
            jobs.map((job) => this.jobAs(job)),
            query,
        );
    }

    searchIndexes() {
        return this.state.vaults.map(({ name }, index) => ({
            vault: name,
            state: index === 0 ? "ready" : "behind",
            points: 90,
            missingPoints: index,
            unreadablePoints: 0,
            paths: 5_000_000,
            bytes: 90_000_000,
            updated: new Date().toISOString(),
        }));
    }

    /// Every text is found, in three versions of one path.
    search(query) {
        const text = query.get("text");
        const points = this.state.points.slice(0, 3);
        if (text === "nothing" || points.length < 3) return [200, { items: [], next: null, incomplete: [] }];
        const place = ({ id, started }) => ({ id, started });
        const path = `/srv/docs/${text}`;
        const versions = points.map((point, index) => ({
            kind: "file",
            sizeBytes: 1000 * (index + 1),
            modified: point.started,
            points: index + 1,
            newestPoint: place(point),
            oldestPoint: place(points[2]),
        }));
        const found = {
            vault: points[0].vault,
            client: "web1",
            path,
            name: text,
            key: "737276",
            allVersions: 3,
            versions,
        };
        const incomplete = this.searchIndexes()
            .filter(({ state }) => state !== "ready")
            .map(({ vault, state, missingPoints, unreadablePoints }) => ({
                vault,
                state,
                missingPoints,
                unreadablePoints,
            }));
        return [200, { items: [found], next: null, incomplete }];
    }

    listPoints(query) {
        const matches = (name, point) => query.get(name) === null || point[name] === query.get(name);
        const points = this.state.points.filter((point) =>
            ["vault", "client", "plan"].every((name) => matches(name, point)),
        );
        return this.page(points, query);
    }

    overview() {
        const plans = this.state.plans.map((plan) => {
            const { id, name, lastGood, nextRun, lastJob } = this.planAs(plan);
            return {
                id,
                name,
                state: plan.protection ?? protectionOf(plan, lastJob, lastGood),
                lastGood,
                nextRun,
                lastJob,
            };
        });
        const planCounts = {};
        for (const { state } of plans) planCounts[state] = (planCounts[state] ?? 0) + 1;
        return {
            client: "backup-host",
            plans,
            planCounts,
            runningJobs: this.state.jobs.filter((job) => job.state === "running").map((job) => this.jobAs(job)),
            queuedJobs: this.state.jobs.filter((job) => job.state === "queued").length,
            problems: this.state.problems,
        };
    }
}

function protectionOf(plan, lastJob, lastGood) {
    if (plan.stopped !== null) return "stopped";
    if (plan.pause) return "paused";
    if (lastJob?.state === "failed") return "failing";
    if (plan.policy === null) return "instant";
    return lastGood === null ? "never" : "protected";
}

function emptyHistory() {
    return { vaults: [], policies: [], plans: [], jobs: [], points: [], events: {}, problems: [] };
}
