// SPDX-License-Identifier: Apache-2.0
// restore_points.tsx: the restore points of a client, by month and day.
import type { Point, PointPage } from "contract";
import { useState } from "preact/hooks";

import { pathWith } from "../api/client";
import { useLive } from "../api/live";
import { useAround } from "../around";
import { Paths } from "../parts/text";
import { Empty, Loaded, Pager, Panel } from "../parts/view";
import { addressOf } from "../route";

const mostAtOnce = 1000;
const daysOfWeek = 7;

interface CalendarProps {
    vault: string;
    client: string;
}

export function PointCalendar({ vault, client }: CalendarProps) {
    const { words } = useAround();
    const [cursor, setCursor] = useState<string>();
    const page = useLive<PointPage>(pathWith("/points", { vault, client, cursor, limit: mostAtOnce }));
    return (
        <Loaded live={page}>
            {({ items, next }) =>
                items.length === 0 ? (
                    <Empty icon="points" title={words.points.empty} lead={words.points.emptyLead} />
                ) : (
                    <>
                        <Days key={cursor ?? ""} points={items} />
                        <Pager isFirst={cursor === undefined} next={next} show={setCursor} />
                    </>
                )
            }
        </Loaded>
    );
}

/// "2026-11-28" of this browser's zone: what a person calls the day.
function dayOf(time: string | Date): string {
    const date = new Date(time);
    const two = (value: number) => String(value).padStart(2, "0");
    return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

const monthOf = (day: string) => day.slice(0, 7);

function byDay(points: Point[]): Map<string, Point[]> {
    const days = new Map<string, Point[]>();
    for (const point of points) {
        const day = dayOf(point.started);
        days.set(day, [...(days.get(day) ?? []), point]);
    }
    return days;
}

/// The points are the newest first, so the first day is the newest, too.
function Days({ points }: { points: Point[] }) {
    const { words, formats } = useAround();
    const say = words.restore;
    const days = byDay(points);
    const known = [...days.keys()];
    const months = [...new Set(known.map(monthOf))];
    const [day, setDay] = useState(known[0] ?? "");
    const month = monthOf(day);
    const at = months.indexOf(month);
    const showMonth = (next: string | undefined) => setDay(known.find((other) => monthOf(other) === next) ?? day);
    return (
        <div class="point-days">
            <Panel title={say.day}>
                <div class="month-head">
                    <button
                        type="button"
                        class="button"
                        disabled={at + 1 >= months.length}
                        onClick={() => showMonth(months[at + 1])}
                    >
                        {say.earlier}
                    </button>
                    <p class="strong" role="status">
                        {formats.month(`${month}-01T00:00`)}
                    </p>
                    <button type="button" class="button" disabled={at <= 0} onClick={() => showMonth(months[at - 1])}>
                        {say.later}
                    </button>
                </div>
                <Month month={month} days={days} day={day} choose={setDay} />
            </Panel>
            <Panel title={say.pointsOf(formats.day(`${day}T00:00`))}>
                <ul class="point-list">
                    {(days.get(day) ?? []).map((point) => (
                        <PointLink key={point.id} point={point} />
                    ))}
                </ul>
            </Panel>
        </div>
    );
}

interface MonthProps {
    month: string;
    days: Map<string, Point[]>;
    day: string;
    choose: (day: string) => void;
}

/// Weeks begin on Monday.
function weeksOf(month: string): Array<Array<string | null>> {
    const first = new Date(`${month}-01T00:00`);
    const length = new Date(first.getFullYear(), first.getMonth() + 1, 0).getDate();
    const before = (first.getDay() + daysOfWeek - 1) % daysOfWeek;
    const cells: Array<string | null> = Array<null>(before).fill(null);
    for (let number = 1; number <= length; ++number) cells.push(`${month}-${String(number).padStart(2, "0")}`);
    while (cells.length % daysOfWeek !== 0) cells.push(null);
    return Array.from({ length: cells.length / daysOfWeek }, (_, week) =>
        cells.slice(week * daysOfWeek, (week + 1) * daysOfWeek),
    );
}

function Month({ month, days, day, choose }: MonthProps) {
    const { words, formats } = useAround();
    const weeks = weeksOf(month);
    // Any week whose days all have dates names the days.
    const names = Array.from({ length: daysOfWeek }, (_, at) => formats.weekday(`2024-01-0${at + 1}T00:00`));
    return (
        <table class="month">
            <caption class="visually-hidden">{formats.month(`${month}-01T00:00`)}</caption>
            <thead>
                <tr>
                    {names.map((name) => (
                        <th key={name} scope="col">
                            {name}
                        </th>
                    ))}
                </tr>
            </thead>
            <tbody>
                {weeks.map((week, at) => (
                    <tr key={at}>
                        {week.map((date, column) => (
                            <td key={column}>
                                {date !== null && (
                                    <Day
                                        date={date}
                                        count={days.get(date)?.length ?? 0}
                                        isChosen={date === day}
                                        choose={choose}
                                        say={words.restore.dayWith}
                                    />
                                )}
                            </td>
                        ))}
                    </tr>
                ))}
            </tbody>
        </table>
    );
}

interface DayProps {
    date: string;
    count: number;
    isChosen: boolean;
    choose: (day: string) => void;
    say: (day: string, points: number) => string;
}

function Day({ date, count, isChosen, choose, say }: DayProps) {
    const { formats } = useAround();
    const number = Number(date.slice(-2));
    if (count === 0) return <span class="quiet">{number}</span>;
    return (
        <button
            type="button"
            aria-pressed={isChosen}
            aria-label={say(formats.day(`${date}T00:00`), count)}
            onClick={() => choose(date)}
        >
            {number}
        </button>
    );
}

function PointLink({ point }: { point: Point }) {
    const { words, formats } = useAround();
    return (
        <li>
            <a href={addressOf("restore", point.vault, point.client, point.id)}>
                <time dateTime={point.started}>{formats.clockTime(point.started)}</time>
                {point.planName !== "" && <bdi> {point.planName}</bdi>}
            </a>
            <span class="quiet">
                {words.restore.sizeLine(formats.integer(point.objects), formats.bytes(point.logicalBytes))}
            </span>
            <Paths paths={point.sources} />
        </li>
    );
}
