// SPDX-License-Identifier: Apache-2.0
// formats.ts: times, sizes and numbers as a person reads them.
import type { Language } from "../preferences";

const sizeUnits = ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];
const relativeSteps: Array<[Intl.RelativeTimeFormatUnit, number]> = [
    ["year", 31_536_000],
    ["month", 2_592_000],
    ["day", 86_400],
    ["hour", 3_600],
    ["minute", 60],
];

export class Formats {
    private readonly locale: string;
    private readonly moments: Intl.DateTimeFormat;
    private readonly momentsOfThisYear: Intl.DateTimeFormat;
    private readonly clock: Intl.DateTimeFormat;
    private readonly exactMoments: Intl.DateTimeFormat;
    private readonly relative: Intl.RelativeTimeFormat;
    private readonly integers: Intl.NumberFormat;

    constructor(readonly language: Language) {
        this.locale = language === "zh" ? "zh-CN" : "en-GB";
        const minute = { hour: "2-digit", minute: "2-digit" } as const;
        const day = { weekday: "short", day: "numeric", month: "short" } as const;
        this.momentsOfThisYear = new Intl.DateTimeFormat(this.locale, { ...day, ...minute });
        this.moments = new Intl.DateTimeFormat(this.locale, { ...day, year: "numeric", ...minute });
        this.clock = new Intl.DateTimeFormat(this.locale, { ...minute, second: "2-digit" });
        this.exactMoments = new Intl.DateTimeFormat(this.locale, { dateStyle: "full", timeStyle: "long" });
        this.relative = new Intl.RelativeTimeFormat(this.locale, { numeric: "auto" });
        this.integers = new Intl.NumberFormat(this.locale);
    }

    /// "Sat, 28 Nov, 22:00"; with the year when it is another one.
    moment(time: string | number): string {
        const date = new Date(time);
        const isThisYear = date.getFullYear() === new Date().getFullYear();
        return (isThisYear ? this.momentsOfThisYear : this.moments).format(date);
    }

    /// With everything, for who points at a shorter one.
    exactMoment(time: string | number): string {
        return this.exactMoments.format(new Date(time));
    }

    /// "November 2026".
    month(time: string): string {
        return new Intl.DateTimeFormat(this.locale, { month: "long", year: "numeric" }).format(new Date(time));
    }

    /// "Saturday, 28 November 2026".
    day(time: string): string {
        return new Intl.DateTimeFormat(this.locale, { dateStyle: "full" }).format(new Date(time));
    }

    /// "Sat".
    weekday(time: string): string {
        return new Intl.DateTimeFormat(this.locale, { weekday: "short" }).format(new Date(time));
    }

    clockTime(time: string | number): string {
        return this.clock.format(new Date(time));
    }

    /// "in 3 hours", "2 days ago".
    fromNow(time: string): string {
        const seconds = (new Date(time).getTime() - Date.now()) / 1000;
        for (const [unit, length] of relativeSteps) {
            if (Math.abs(seconds) >= length) return this.relative.format(Math.trunc(seconds / length), unit);
        }
        return this.relative.format(Math.trunc(seconds), "second");
    }

    integer(value: number): string {
        return this.integers.format(value);
    }

    bytes(value: number): string {
        let unit = 0;
        let amount = value;
        while (amount >= 1024 && unit + 1 < sizeUnits.length) {
            amount /= 1024;
            unit += 1;
        }
        const digits = unit === 0 || amount >= 100 ? 0 : 1;
        const number = new Intl.NumberFormat(this.locale, { maximumFractionDigits: digits }).format(amount);
        return `${number} ${sizeUnits[unit]}`;
    }

    percent(share: number): string {
        return new Intl.NumberFormat(this.locale, { style: "percent" }).format(share);
    }

    /// "1:02:03" or "2:03".
    duration(seconds: number): string {
        const whole = Math.max(0, Math.round(seconds));
        const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60];
        const two = (value: number) => String(value).padStart(2, "0");
        return hours > 0 ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`;
    }
}
