# SPDX-License-Identifier: Apache-2.0
"""Runs programs, tells what they cost, and brings the machine into the same state before each of them."""

import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

LAUNCHER = Path(__file__).resolve().parent / "launcher.py"
MIB = 1 << 20
GIB = 1 << 30


@dataclass(frozen=True)
class Command:
    """A program to run; `ok` are the exit codes that count as success."""

    argv: tuple[str, ...]
    environment: dict[str, str] = field(default_factory=dict)
    folder: str = "/"
    ok: tuple[int, ...] = (0,)


@dataclass(frozen=True)
class Sample:
    """What one run cost."""

    seconds: float
    cpuSeconds: float
    peakBytes: int
    output: Path | None = None


class CommandFailed(Exception):
    """A measured program ended with an exit code that is not a success, or produced something wrong."""


class Runner:
    """Runs commands and keeps their output in a folder of its own."""

    def __init__(self, folder: Path, warmBytes: int):
        self.folder_ = folder
        self.warmBytes_ = warmBytes
        folder.mkdir(parents=True, exist_ok=True)

    def run(self, commands: list[Command]) -> Sample:
        """Runs commands one after the other as one piece of work: times add up, the highest peak counts.

        The output of the last one is kept until the next run.
        """
        samples = [self._runOne(command) for command in commands]
        return Sample(
            seconds=sum(sample.seconds for sample in samples),
            cpuSeconds=sum(sample.cpuSeconds for sample in samples),
            peakBytes=max((sample.peakBytes for sample in samples), default=0),
            output=self.folder_ / "stdout",
        )

    def output(self, commands: list[Command]) -> bytes:
        return self.run(commands).output.read_bytes()

    def _runOne(self, command: Command) -> Sample:
        report, out, err = (self.folder_ / name for name in ("report.json", "stdout", "stderr"))
        report.unlink(missing_ok=True)
        environment = {**os.environ, **command.environment}
        launch = [sys.executable, "-I", "-S", str(LAUNCHER), report, out, err, command.folder, *command.argv]
        subprocess.run(launch, env=environment, check=False, stdin=subprocess.DEVNULL)
        if not report.exists():
            raise CommandFailed(f"{command.argv[0]} could not be started")
        cost = json.loads(report.read_text())
        if cost["exitCode"] not in command.ok:
            said = err.read_text(errors="replace").strip() or out.read_text(errors="replace").strip()
            called = " ".join(command.argv)
            raise CommandFailed(f"'{called[:200]}' ended with {cost['exitCode']}: {said[-500:]}")
        return Sample(cost["seconds"], cost["cpuSeconds"], cost["peakBytes"])

    def warm(self, source: Path | None) -> None:
        """Gives the next program memory that the machine already has, a clean disk queue, and a source in memory.

        The first touch of memory in a virtual machine can cost more than the work that is measured.
        """
        if source is not None:
            readAll(source)
        os.sync()
        # Last, because the host takes memory back that lies free for some seconds.
        filler = self.folder_ / "filler"
        block = bytes(8 * MIB)
        with open(filler, "wb", buffering=0) as file:
            for _ in range(self.warmBytes_ // len(block)):
                file.write(block)
        filler.unlink()


def readAll(root: Path) -> None:
    """Reads every file below a folder once, so that the page cache holds it."""
    buffer = bytearray(4 * MIB)
    for folder, _, names in os.walk(root):
        for name in names:
            path = os.path.join(folder, name)
            if os.path.islink(path):
                continue
            with open(path, "rb", buffering=0) as file:
                while file.readinto(buffer):
                    pass


def folderBytes(root: Path) -> int:
    """The sum of the sizes of all files below a folder."""
    total = 0
    for folder, _, names in os.walk(root):
        for name in names:
            total += os.lstat(os.path.join(folder, name)).st_size
    return total


# Programs read a file again that changed a moment before they last read it; hbr waits longest, 40 seconds.
SETTLE_SECONDS = 45.0


def settle(changedAt: float) -> None:
    """Waits until data that was last changed at this moment of time.time() is old enough to be trusted."""
    remaining = changedAt + SETTLE_SECONDS - time.time()
    if remaining > 0:
        time.sleep(remaining)
