// SPDX-License-Identifier: Apache-2.0
// job.tsx: one job, live: how far it is, what it does, what happened.
import type { Job, JobEvents, Progress, Restore } from "contract";
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";

import { ask } from "../api/client";
import { useLive } from "../api/live";
import { useAround } from "../around";
import { useAction } from "../parts/action";
import { Dialog } from "../parts/dialog";
import { Facts } from "../parts/facts";
import { Icon, type IconName } from "../parts/icon";
import { ProblemBox } from "../parts/problem";
import { shareOf } from "../parts/progress";
import { Sparkline, useNewest } from "../parts/sparkline";
import { JobMark } from "../parts/state";
import { Moment } from "../parts/text";
import { Loaded, Panel, View } from "../parts/view";
import { addressOf, go } from "../route";
import { secondsTaken } from "./jobs";
import { RestoreFigures } from "./restore_dry_run";

const everyMs = 1000;

function isOver(job: Job): boolean {
    return job.state !== "queued" && job.state !== "running";
}

export function JobView({ id }: { id: number }) {
    const { words } = useAround();
    const [isEnded, setEnded] = useState(false);
    const job = useLive<Job>(`/jobs/${id}`, isEnded ? 0 : everyMs);
    // Read once more after the end, which brings the last of them.
    const events = useLive<JobEvents>(`/jobs/${id}/events`, isEnded ? 0 : everyMs);
    const speeds = useNewest(job.value, job.value?.progress?.bytesPerSecond);
    if (job.value && isOver(job.value) !== isEnded) setEnded(isOver(job.value));
    return (
        <View
            title={words.job.title(id)}
            lead={job.value && <JobLead job={job.value} />}
            actions={job.value && <JobActions job={job.value} changed={job.reload} />}
        >
            <Loaded live={job}>
                {(read) => (
                    <>
                        {read.waitsForPassword && <p class="notice careful">{words.registration.jobWaits}</p>}
                        <JobState job={read} speeds={speeds} />
                        {read.kind === "restore" && <RestorePanel job={read} />}
                        <Panel title={words.job.facts}>
                            <JobFacts job={read} />
                        </Panel>
                    </>
                )}
            </Loaded>
            <Panel title={words.job.events}>
                <Loaded live={events}>{(read) => <EventList events={read} />}</Loaded>
            </Panel>
        </View>
    );
}

function JobLead({ job }: { job: Job }) {
    const { words } = useAround();
    const text = words.job.of(words.job.kinds[job.kind], job.planName);
    if (job.plan === null) return <bdi>{text}</bdi>;
    return (
        <a href={addressOf("plan", job.plan)}>
            <bdi>{text}</bdi>
        </a>
    );
}

function JobActions({ job, changed }: { job: Job; changed: () => void }) {
    const { words, tell } = useAround();
    const say = words.job;
    const [isAsking, setAsking] = useState(false);
    const action = useAction();
    const cancel = () =>
        action.run(async () => {
            await ask<Job>("POST", `/jobs/${job.id}/cancel`);
            tell(say.cancelled);
            setAsking(false);
            changed();
        });
    const again = () =>
        action.run(async () => {
            const next = await ask<Job>("POST", `/plans/${job.plan}/run`);
            go("job", next.id);
        });
    if (isOver(job)) {
        if (job.plan === null) return null;
        return (
            <>
                {action.problem && <ProblemBox problem={action.problem} />}
                <button type="button" class="button" disabled={action.isBusy} onClick={again}>
                    <Icon name="play" />
                    {say.runAgain}
                </button>
            </>
        );
    }
    return (
        <>
            <button type="button" class="button" disabled={job.isCancelAsked} onClick={() => setAsking(true)}>
                <Icon name="stopped" />
                {say.cancel}
            </button>
            {isAsking && (
                <Dialog title={say.cancelTitle} close={() => setAsking(false)}>
                    <p>{say.cancelText}</p>
                    {action.problem && <ProblemBox problem={action.problem} />}
                    <div class="dialog-actions">
                        <button type="button" class="button" onClick={() => setAsking(false)}>
                            {say.cancelNo}
                        </button>
                        <button type="button" class="button danger" disabled={action.isBusy} onClick={cancel}>
                            {say.cancelYes}
                        </button>
                    </div>
                </Dialog>
            )}
        </>
    );
}

function JobState({ job, speeds }: { job: Job; speeds: number[] }) {
    const { words } = useAround();
    const say = words.job;
    return (
        <Panel>
            <div class="job-state">
                <JobMark state={job.state} />
                {job.state === "queued" && <span class="quiet">{say.waitsForTurn}</span>}
                {!isOver(job) && !job.isCancelAsked && <span class="quiet">{say.mayClose}</span>}
                {!isOver(job) && job.isCancelAsked && <span class="quiet">{say.cancelAsked}</span>}
            </div>
            {!isOver(job) && <Stages job={job} />}
            {!isOver(job) && job.progress && <Bar progress={job.progress} />}
            {job.errorText !== "" && (
                <div class="notice bad" role="alert">
                    <Icon name="bad" />
                    <div class="grow">
                        <p class="strong">
                            <bdi>{job.errorText}</bdi>
                        </p>
                        {job.errorCode !== "" && (
                            <p class="quiet small">
                                {words.problem.code} {job.errorCode}
                            </p>
                        )}
                    </div>
                </div>
            )}
            <Counters job={job} speeds={speeds} />
        </Panel>
    );
}

/// Waiting, preparing (nothing is known yet), working, finishing (all is looked through, or the job says what it does).
function stageOf(job: Job): number {
    const { progress } = job;
    if (job.state === "queued") return 0;
    if (!progress || progress.objectsDone + progress.bytesDone === 0) return 1;
    return progress.stage !== "" || shareOf(progress) === 1 ? 3 : 2;
}

function Stages({ job }: { job: Job }) {
    const { words } = useAround();
    const say = words.job;
    const names = [say.stage.waiting, say.stage.preparing, say.stage.working, say.stage.finishing];
    const current = stageOf(job);
    return (
        <ol class="stages" aria-label={say.stages}>
            {names.map((name, index) => (
                <li
                    key={name}
                    class={index < current ? "past" : index === current ? "current" : ""}
                    aria-current={index === current ? "step" : undefined}
                >
                    {name}
                    {index === 3 && current === 3 && job.progress?.stage ? `: ${job.progress.stage}` : ""}
                </li>
            ))}
        </ol>
    );
}

function Bar({ progress }: { progress: Progress }) {
    const { words, formats } = useAround();
    const share = shareOf(progress);
    return (
        <div class="bar">
            <progress max={1} {...(share === null ? {} : { value: share })} aria-label={words.job.progress} />
            <p>
                {share !== null && <span class="figure">{formats.percent(share)}</span>}
                {progress.current !== "" && (
                    <span class="quiet at">
                        {words.job.current} <bdi>{progress.current}</bdi>
                    </span>
                )}
            </p>
        </div>
    );
}

function Counter({ name, icon, children }: { name: string; icon?: IconName; children: ComponentChildren }) {
    return (
        <div>
            <dt>{name}</dt>
            <dd class="figure">
                {icon && <Icon name={icon} />}
                {children}
            </dd>
        </div>
    );
}

function Counters({ job, speeds }: { job: Job; speeds: number[] }) {
    const { words, formats } = useAround();
    const say = words.job;
    const { progress } = job;
    const live = isOver(job) ? null : progress;
    const seconds = secondsTaken(job);
    const objects =
        live && live.objectsTotal !== null
            ? say.objectsOf(formats.integer(live.objectsDone), formats.integer(live.objectsTotal))
            : formats.integer(live?.objectsDone ?? job.objects);
    const faults = live?.faults ?? job.faults;
    // Nothing is stored by it: what it reads is what it brings back.
    const isRestore = job.kind === "restore";
    return (
        <dl class="counters">
            <Counter name={say.objects}>{objects}</Counter>
            {isRestore ? (
                <Counter name={words.restore.restored}>{formats.bytes(live?.bytesDone ?? job.readBytes)}</Counter>
            ) : (
                <>
                    <Counter name={say.read}>{formats.bytes(live?.readBytes ?? job.readBytes)}</Counter>
                    {live && <Counter name={say.fresh}>{formats.bytes(live.newBytes)}</Counter>}
                    <Counter name={say.stored}>{formats.bytes(live?.storedBytes ?? job.storedBytes)}</Counter>
                </>
            )}
            <Counter name={say.faults} {...(faults > 0 ? { icon: "warning" as const } : {})}>
                {formats.integer(faults)}
            </Counter>
            {live && (
                <Counter name={say.speed}>
                    {say.perSecond(formats.bytes(live.bytesPerSecond))}
                    <Sparkline values={speeds} />
                </Counter>
            )}
            <Counter name={say.elapsed}>{seconds === null ? "–" : formats.duration(seconds)}</Counter>
            {live && (
                <Counter name={say.left}>
                    {live.secondsLeft === null ? say.leftUnknown : say.about(formats.duration(live.secondsLeft))}
                </Counter>
            )}
        </dl>
    );
}

/// What a restore brings back and where to; once it has ended, what came of it.
function RestorePanel({ job }: { job: Job }) {
    const { words } = useAround();
    const say = words.restore;
    // Asked again once it has ended: another path is another question.
    const restore = useLive<Restore>(`/restores/${job.id}${isOver(job) ? "?ended" : ""}`);
    return (
        <Panel title={say.outcome}>
            <Loaded live={restore}>
                {(read) => (
                    <>
                        {read.dryRun && <p class="strong">{say.isTrial}</p>}
                        <Facts facts={[[say.target, <bdi>{read.target ?? say.inPlace}</bdi>]]} />
                        <RestoreFigures restore={read} />
                    </>
                )}
            </Loaded>
        </Panel>
    );
}

function JobFacts({ job }: { job: Job }) {
    const { words } = useAround();
    const say = words.job;
    const moment = (time: string | null) => (time === null ? <span class="quiet">–</span> : <Moment time={time} />);
    const facts: Array<[string, ComponentChildren]> = [
        [say.vault, <bdi>{job.vault}</bdi>],
        [say.client, <bdi>{job.client}</bdi>],
    ];
    if (job.due !== null) facts.push([say.due, moment(job.due)]);
    facts.push([say.made, moment(job.made)], [say.started, moment(job.started)], [say.ended, moment(job.ended)]);
    if (job.point !== null) facts.push([say.point, <code class="id">{job.point}</code>]);
    return <Facts facts={facts} />;
}

function EventList({ events }: { events: JobEvents }) {
    const { words, formats } = useAround();
    const say = words.job;
    if (events.events.length === 0) return <p class="quiet">{say.noEvents}</p>;
    const icons: Record<JobEvents["events"][number]["level"], IconName> = {
        info: "arrow",
        warning: "warning",
        error: "bad",
    };
    return (
        <ol class="events">
            {events.events.map((event, index) => (
                <li key={index} class={event.level}>
                    <Icon name={icons[event.level]} />
                    <time dateTime={event.time} title={formats.exactMoment(event.time)}>
                        {formats.clockTime(event.time)}
                    </time>
                    <span class="grow">
                        <span class="visually-hidden">{say.levels[event.level]}: </span>
                        <bdi>{event.text}</bdi>
                        {index === 0 && events.leftOut > 0 && <span class="quiet"> {say.leftOut(events.leftOut)}</span>}
                    </span>
                </li>
            ))}
        </ol>
    );
}
