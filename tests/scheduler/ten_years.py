#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""ten_years.py PROGRAM...: ten years of every policy, expiries, and the machine's time zone, checked against Python's
datetime and zoneinfo, which share no code with ours. PROGRAM is made from answers.cpp, which tells the questions; wine's
launcher comes before it where it needs one."""

import calendar
import datetime
import itertools
import os
import random
import subprocess
import sys
import zoneinfo

UTC = datetime.timezone.utc
EPOCH = datetime.datetime(1970, 1, 1, tzinfo=UTC)
DAY = 86400
UNITS = {"hours": (3600, 23), "days": (DAY, 6), "weeks": (7 * DAY, 4)}
ZONES = ("Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Shanghai", "Africa/Casablanca",
         "Pacific/Apia", "UTC")
# Besides those: odd offsets, winter time that is set back from standard time, two hours, rules of the past.
SYSTEM_ZONES = ZONES + ("Europe/Dublin", "Antarctica/Troll", "Asia/Kathmandu", "Asia/Gaza", "America/St_Johns",
                        "America/Nuuk", "America/Caracas", "Asia/Pyongyang", "Africa/Cairo", "Pacific/Kiritimati")
# wine finds Windows' zone that fits TZ best. Of these the rules, which Windows has by year alone, are the same.
WINE_ZONES = ("Europe/Berlin", "America/New_York", "Australia/Sydney", "Asia/Shanghai", "Asia/Kathmandu", "UTC")
FIRSTS = (datetime.datetime(2010, 1, 31, 22, 0), datetime.datetime(2012, 2, 29, 3, 30),
          datetime.datetime(2026, 11, 27, 12, 0))


def seconds(*date: int) -> int:
    return calendar.timegm(date + (0,) * (6 - len(date)))


def on_clock(time: datetime.datetime) -> int:
    return calendar.timegm(time.timetuple())


def at(moment: int, zone: datetime.tzinfo) -> datetime.datetime:
    """What datetime.fromtimestamp() tells, past 2038 also where the C library cannot count so far."""
    return (EPOCH + datetime.timedelta(seconds=moment)).astimezone(zone)


def ahead(zone: zoneinfo.ZoneInfo, moment: int) -> int:
    return int(at(moment, zone).utcoffset().total_seconds())


def change_between(zone: zoneinfo.ZoneInfo, before: int, after: int) -> int:
    """The first moment after `before` at which clocks are set as they are at `after`."""
    while after - before > 1:
        middle = (before + after) // 2
        if ahead(zone, middle) == ahead(zone, before):
            before = middle
        else:
            after = middle
    return after


def changes(zone: zoneinfo.ZoneInfo, begin: int, end: int) -> list[tuple[int, int]]:
    found = []
    for day in range(begin, end, DAY):
        if ahead(zone, day) != ahead(zone, day + DAY):
            found.append((change_between(zone, day, day + DAY), ahead(zone, day + DAY)))
    return found


def zone_text(zone: zoneinfo.ZoneInfo, begin: int, end: int) -> str:
    return " ".join(map(str, itertools.chain([ahead(zone, begin)], *changes(zone, begin, end))))


def moment_of(zone: zoneinfo.ZoneInfo, time: datetime.datetime) -> int:
    """When the clock first shows the time; when it skips it, for one that it skips."""
    moment = int(time.replace(tzinfo=zone).timestamp())
    if at(moment, zone).replace(tzinfo=None) == time:
        return moment
    # Read with the offset from after the gap, a skipped time lies before it, and the other way round.
    return change_between(zone, int(time.replace(tzinfo=zone, fold=1).timestamp()), moment)


def expected_runs(zone: zoneinfo.ZoneInfo, unit: str, count: int, first: datetime.datetime, until: int) -> list[int]:
    interval = count * UNITS[unit][0]
    step = datetime.timedelta(seconds=interval)
    runs = [moment_of(zone, first)]
    time = first + step
    while (moment := moment_of(zone, time)) <= until:
        if unit == "hours":
            runs += range(runs[-1] + interval, moment, interval)
        if moment != runs[-1]:
            runs.append(moment)
        time += step
    if unit == "hours":
        runs += range(runs[-1] + interval, min(moment, until + 1), interval)
    return runs


def add_months(time: datetime.datetime, months: int) -> datetime.datetime:
    year, month = divmod(time.year * 12 + time.month - 1 + months, 12)
    return time.replace(year=year, month=month + 1, day=min(time.day, calendar.monthrange(year, month + 1)[1]))


def expected_expiry(zone: zoneinfo.ZoneInfo, unit: str, count: int, started: int) -> int:
    time = at(started, zone).replace(tzinfo=None, fold=0)
    if unit == "days":
        end = time + datetime.timedelta(days=count)
    else:
        end = add_months(time, count * (12 if unit == "years" else 1))
    return min(moment_of(zone, end), started + 3650 * DAY)


def odd_times(zone: zoneinfo.ZoneInfo) -> list[datetime.datetime]:
    """The middles of the first skipped and of the first doubled time after 2011 began."""
    middles = {}
    for change, after in changes(zone, seconds(2011, 1, 1), seconds(2013, 1, 1)):
        before = ahead(zone, change - 1)
        middle = at(change + (before + after) // 2, UTC).replace(tzinfo=None)
        middles.setdefault(after > before, middle)
    return list(middles.values())


def policies(zone: zoneinfo.ZoneInfo) -> list[tuple[str, int, datetime.datetime]]:
    odd = odd_times(zone)
    firsts = {"hours": [FIRSTS[-1]] + odd[:1], "days": list(FIRSTS) + odd, "weeks": list(FIRSTS) + odd}
    return [(unit, count, first) for unit, (_, most) in UNITS.items() for count in range(1, most + 1)
            for first in firsts[unit]]


def questions() -> list[tuple[str, object]]:
    """Each question, with a function that gives the answer."""
    asked = []
    chance = random.Random(3650)
    for name in ZONES:
        zone = zoneinfo.ZoneInfo(name)
        asked.append((f"zone {zone_text(zone, seconds(2008, 1, 1), seconds(2048, 1, 1))}", lambda: ""))
        for unit, count, first in policies(zone):
            until = seconds(first.year + 10, first.month, first.day)
            asked.append((f"runs {unit} {count} {on_clock(first)} {until}",
                          lambda z=zone, u=unit, c=count, f=first, t=until: expected_runs(z, u, c, f, t)))
        for unit, most in (("days", 3650), ("months", 120), ("years", 10)):
            for _ in range(300):
                count = chance.randint(1, most)
                started = chance.randrange(seconds(2010, 1, 1), seconds(2036, 1, 1), 900)
                asked.append((f"expiry {unit} {count} {started}",
                              lambda z=zone, u=unit, c=count, s=started: [expected_expiry(z, u, c, s)]))
    return asked


def first_difference(found: list[str], expected: list[str]) -> str:
    for number, (ours, theirs) in enumerate(itertools.zip_longest(found, expected)):
        if ours != theirs:
            return f"number {number} is {ours}, should be {theirs}"
    return "no difference"


def ask(program: list[str], lines: list[str], **environment: str) -> list[str]:
    done = subprocess.run(program, input="\n".join(lines) + "\n", check=True, capture_output=True, text=True,
                          env=os.environ | environment)
    return done.stdout.splitlines()


def check_calendar(program: list[str]) -> list[str]:
    asked = questions()
    answers = ask(program, [question for question, _ in asked])
    if len(answers) != len(asked):
        return [f"{len(asked)} questions got {len(answers)} answers"]
    breaches = []
    runs = 0
    zone = ""
    for (question, answer), line in zip(asked, answers):
        zone = question if question.startswith("zone") else zone
        expected, found = list(map(str, answer())), line.split()
        runs += len(found)
        if found != expected:
            breaches.append(f"{question} in {zone[:60]}: {first_difference(found, expected)}")
    print(f"{len(asked)} questions, {runs} moments")
    return breaches


def check_system_zones(program: list[str]) -> list[str]:
    """What the program takes for the machine's zone, when TZ names it."""
    begin, end = seconds(2000, 1, 1), seconds(2101, 1, 1)
    breaches = []
    for name in WINE_ZONES if program[-1].endswith(".exe") else SYSTEM_ZONES:
        found = ask(program, ["system"], TZ=name)[0].split()
        expected = zone_text(zoneinfo.ZoneInfo(name), begin, end).split()
        if found != expected:
            breaches.append(f"system zone {name}: {first_difference(found, expected)}")
    return breaches


def main() -> int:
    program = sys.argv[1:]
    breaches = check_calendar(program) + check_system_zones(program)
    print("\n".join(breaches[:20] + [f"ten_years: {len(breaches)} differences"]))
    return 1 if breaches else 0


if __name__ == "__main__":
    sys.exit(main())
