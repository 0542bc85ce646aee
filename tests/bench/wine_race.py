#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""wine_race.py HBR.exe COPY_TREE.exe [--scale X] [--repeat N] [--work DIR]: the Windows program under wine against a plain
copy of the same tree under the same wine, where no other backup program's Windows build starts. Prints a table of
medians; the exit code is 1 when a program failed or a restored tree differs."""

import argparse
import filecmp
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

import data

TESTS = pathlib.Path(__file__).resolve().parents[1]
WINE = TESTS / "wine" / "wine_run.sh"
MIB = 1 << 20


def windows_path(path: pathlib.Path) -> str:
    return "Z:" + str(path).replace("/", "\\")


def make_tree(source: pathlib.Path, scale: float) -> None:
    """Small files and large ones, half of whose bytes compress."""
    source.mkdir()
    data.smallFiles(source / "small", int(20_000 * scale), 8_000, seed=1)
    data.incompressible(source / "noise", int(256 * MIB * scale), seed=2)
    data.database(source / "database", int(256 * MIB * scale), seed=3)


def same(a: pathlib.Path, b: pathlib.Path) -> bool:
    names = sorted(path.relative_to(a) for path in a.rglob("*"))
    if names != sorted(path.relative_to(b) for path in b.rglob("*")):
        return False
    files = [str(name) for name in names if (a / name).is_file()]
    return filecmp.cmpfiles(a, b, files, shallow=False)[0] == files


class Race:
    def __init__(self, hbr: pathlib.Path, copier: pathlib.Path, work: pathlib.Path) -> None:
        self.hbr, self.copier, self.work = hbr, copier, work
        self.seconds: dict[str, list[float]] = {}
        self.environment = {**os.environ, "HBR_PASSWORD": "correct horse battery staple",
                            "HBR_CONFIG_DIR": windows_path(work / "config"),
                            "HBR_STATE_DIR": windows_path(work / "state")}

    def step(self, name: str, *argv: str) -> None:
        os.sync()
        start = time.monotonic()
        subprocess.run([WINE, *argv], env=self.environment, check=True, stdout=subprocess.DEVNULL)
        os.sync()  # what a program leaves to the system is its work as well
        self.seconds.setdefault(name, []).append(time.monotonic() - start)

    def run(self, source: pathlib.Path) -> bool:
        """One round of each program; true when what came back is what there was."""
        vault, copied, restored = (self.work / name for name in ("vault", "copied", "restored"))
        for path in (vault, copied, restored, self.work / "state"):
            shutil.rmtree(path, ignore_errors=True)
        at = ("--vault", windows_path(vault))
        self.step("plain copy", str(self.copier), windows_path(source), windows_path(copied))
        subprocess.run([WINE, self.hbr, "vault", "create", at[1]], env=self.environment,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)
        self.step("hbr, first backup", str(self.hbr), "backup", "run", windows_path(source), *at, "--quiet")
        self.step("hbr, nothing changed", str(self.hbr), "backup", "run", windows_path(source), *at, "--quiet")
        self.step("hbr, restore", str(self.hbr), "restore", "latest", "--target", windows_path(restored), *at, "--quiet")
        back = next(path for path in restored.rglob(source.name) if path.is_dir())
        return same(source, copied) and same(source, back)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("hbr", type=pathlib.Path)
    parser.add_argument("copier", type=pathlib.Path)
    parser.add_argument("--scale", type=float, default=1.0)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--work", type=pathlib.Path, default=None)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=options.work, prefix="hbr-wine-race-") as folder:
        work = pathlib.Path(folder)
        source = work / "the source"
        make_tree(source, options.scale)
        time.sleep(45 if options.scale >= 0.1 else 0)  # files that have just changed are read again
        race = Race(options.hbr.resolve(), options.copier.resolve(), work)
        for _ in range(options.repeat):
            if not race.run(source):
                print("what came back is not what there was")
                return 1
        base = statistics.median(race.seconds["plain copy"])
        for name, seconds in race.seconds.items():
            median = statistics.median(seconds)
            print(f"{name:22} {median:8.2f} s  {median / base:5.2f} of the copy")
    return 0


if __name__ == "__main__":
    sys.exit(main())
