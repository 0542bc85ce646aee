# SPDX-License-Identifier: Apache-2.0
"""Lets the contestants do the same work in turn and keeps what each run cost."""

import statistics
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import data
from measure import Command, CommandFailed, Runner, Sample
from peers import Program, Unsupported

METRICS = ("seconds", "cpuSeconds", "peakBytes", "vaultBytes", "newShare", "requestsPerGib")


@dataclass
class Results:
    """Every sample: step -> program -> metric -> values in the order of the runs."""

    steps: dict[str, dict[str, dict[str, list[float]]]] = field(default_factory=dict)
    limits: dict[str, str] = field(default_factory=dict)
    failures: list[str] = field(default_factory=list)
    facts: dict[str, dict[str, float]] = field(default_factory=dict)

    def add(self, step: str, program: Program, values: dict[str, float]) -> None:
        kept = self.steps.setdefault(step, {}).setdefault(program.name, {})
        for metric, value in values.items():
            kept.setdefault(metric, []).append(value)
        if program.isLimit:
            self.limits[step] = program.name

    def median(self, step: str, program: str, metric: str) -> float | None:
        values = self.steps.get(step, {}).get(program, {}).get(metric)
        return statistics.median(values) if values else None


Work = Callable[[Program], list[Command]]
Before = Callable[[Program], None]
After = Callable[[Program, Sample], dict[str, float]]


class Race:
    """One scenario's contest. A program whose first step fails is left out of what follows."""

    def __init__(self, scenario: str, programs: list[Program], runner: Runner, results: Results, repeat: int):
        self.scenario = scenario
        self.programs = programs
        self.runner = runner
        self.results = results
        self.repeat = repeat

    def step(self, name: str, work: Work, *, source: Path | None = None, before: Before | None = None,
             after: After | None = None, repeat: int | None = None) -> None:
        """Times a piece of work: each program once, then each once more, and so on.

        `before` and `after` are not timed; what `after` returns is kept beside the times.
        """
        title = f"{self.scenario}/{name}"
        for _ in range(repeat or self.repeat):
            for program in list(self.programs):
                self._attempt(title, program, work, source, before, after)

    def _attempt(self, title: str, program: Program, work: Work, source: Path | None, before: Before | None,
                 after: After | None) -> None:
        try:
            if before:
                before(program)
            commands = work(program)
            self.runner.warm(source)
            sample = self.runner.run(commands)
            values = {"seconds": sample.seconds, "cpuSeconds": sample.cpuSeconds, "peakBytes": sample.peakBytes}
            if after:
                values.update(after(program, sample))
        except Unsupported:
            return
        except CommandFailed as error:
            self.results.failures.append(f"{title}, {program.name}: {error}")
            if not any(program.name in programs for step, programs in self.results.steps.items()
                       if step.startswith(self.scenario + "/")):
                self.programs.remove(program)
            say(f"{title:40} {program.name:8} FAILED: {error}")
            return
        self.results.add(title, program, values)
        say(f"{title:40} {program.name:8} {sample.seconds:9.2f} s  cpu {sample.cpuSeconds:8.2f} s  "
            f"peak {sample.peakBytes / 2**20:6.0f} MiB")

    def untimed(self, work: Callable[[Program], object]) -> None:
        """Does something with every program that is still in the race."""
        for program in list(self.programs):
            try:
                work(program)
            except Unsupported:
                continue
            except CommandFailed as error:
                self.results.failures.append(f"{self.scenario}, {program.name}: {error}")
                self.programs.remove(program)

    def fresh(self, program: Program) -> None:
        """Gives a program a new, empty vault."""
        program.destroy()
        self.runner.run(program.init())

    def latest(self, program: Program) -> str:
        return program.points(self.runner)[-1]

    def finish(self) -> None:
        for program in self.programs:
            data.remove(program.folder)


def vaultSize(program: Program, _: Sample) -> dict[str, float]:
    return {"vaultBytes": program.vaultBytes()}


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def mustBeSame(source: Path, restored: Path) -> None:
    """Compares two trees or files byte for byte."""
    said = subprocess.run(["diff", "-rq", "--no-dereference", source, restored], capture_output=True, text=True,
                          check=False)
    if said.returncode != 0:
        raise CommandFailed(f"what was restored differs: {(said.stdout + said.stderr)[:300]}")


class Store:
    """The generated data, kept in the work folder between scenarios and runs."""

    def __init__(self, folder: Path):
        self.folder = folder

    def make(self, name: str, maker: Callable[[Path], None]) -> Path:
        """The folder of this name, made when missing; its name must tell everything that shapes its content."""
        path = self.folder / name
        if not path.exists():
            say(f"making {name}")
            aside = self.folder / "unfinished"
            if aside.exists():
                data.remove(aside)
            aside.mkdir(parents=True)
            maker(aside)
            aside.rename(path)
        return path

