#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""mount.py HBR: how fast a mounted restore point is read, beside a restore of the same point, and what memory the mount
takes. A measurement, not a test: the exit code is 1 when a program failed or the mount shows something else than what
was backed up, and not when a goal is missed. Needs root, /dev/fuse and rsync."""

import argparse
import json
import os
import pathlib
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time

sys.dont_write_bytecode = True
import data  # noqa: E402
from measure import MIB, folderBytes, readAll  # noqa: E402

RSYNC_GOAL = 0.5  # of the speed of a restore
LIST_GOAL_SECONDS = 20  # for a million files
MILLION = 1_000_000


def make_tree(source: pathlib.Path, files: int, mean_bytes: int, large_mib: int) -> None:
    source.mkdir()
    data.smallFiles(source / "small", files, mean_bytes, seed=1)
    if large_mib:
        data.database(source / "database", large_mib * MIB // 2, seed=2)
        data.incompressible(source / "noise", large_mib * MIB // 2, seed=3)


def timed(*argv, environment: dict | None = None) -> tuple[float, bytes]:
    """Seconds that a program took, and what it printed."""
    os.sync()
    started = time.monotonic()
    output = subprocess.run([*map(str, argv)], env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                            check=True).stdout
    return time.monotonic() - started, output


class Mount:
    """A mount that nobody has looked at yet, so that the kernel remembers nothing of it; ends with the block."""

    def __init__(self, hbr: str, work: pathlib.Path, vault: pathlib.Path, environment: dict):
        self.folder = work / "mounted"
        self.folder.mkdir(exist_ok=True)
        self.peak_bytes = 0
        self.process = subprocess.Popen([hbr, "mount", self.folder, "--vault", vault, "--json", "--quiet"], env=environment,
                                        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
        if json.loads(self.process.stdout.readline() or "{}").get("type") != "mounted":
            raise SystemExit("hbr mount failed")

    def __enter__(self) -> "Mount":
        return self

    def __exit__(self, *_exception) -> None:
        self.process.terminate()
        output, _ = self.process.communicate()
        if self.process.returncode != 0:
            raise SystemExit("hbr mount ended with a failure")
        self.peak_bytes = json.loads(output.splitlines()[-1])["peakMemoryBytes"]


def compared(copy: pathlib.Path | str, source: pathlib.Path) -> float:
    """Seconds that rsync takes to read a copy and what it was made from, and to compare both. Ends the program when they
    differ."""
    seconds, differences = timed("rsync", "-aHAXn", "--checksum", "--itemize-changes", "--delete", f"{copy}/", f"{source}/")
    if differences:
        raise SystemExit(f"rsync finds differences: {differences.decode(errors='replace')[:2000]}")
    return seconds


def measure(hbr: str, work: pathlib.Path, options: argparse.Namespace) -> bool:
    """True when the mount shows what was backed up."""
    environment = dict(os.environ, HBR_CONFIG_DIR=str(work / "config"), HBR_STATE_DIR=str(work / "state"),
                       HBR_PASSWORD="correct horse battery staple")
    source, vault, restored = (work / name for name in ("source", "vault", "restored"))
    make_tree(source, options.files, options.mean_bytes, options.large_mib)
    size = folderBytes(source) / MIB
    print(f"{options.files} files and {options.large_mib} MiB in large ones, {size:.0f} MiB in all", flush=True)
    timed(hbr, "vault", "create", vault, "--quiet", environment=environment)
    timed(hbr, "backup", "run", source, "--vault", vault, "--client", "bench", "--quiet", environment=environment)

    with Mount(hbr, work, vault, environment) as listed:
        list_seconds, listing = timed("ls", "-lR", f"{listed.folder}/bench/latest/")
    is_same = listing.count(b".dat\n") == options.files
    if not is_same:
        print("ls -lR does not show all files", file=sys.stderr)
    readAll(source)
    restores, reads = [], []
    for _ in range(options.repeat):
        restore, _ = timed(hbr, "restore", "latest", "--vault", vault, "--target", restored, "--quiet",
                           environment=environment)
        local = compared(f"{restored}{source}", source)
        shutil.rmtree(restored)
        with Mount(hbr, work, vault, environment) as read:
            rsync = compared(f"{read.folder}/bench/latest{source}", source)
        restores.append(restore)
        reads.append(rsync)
        print(f"restore {restore:.2f} s ({size / restore:.0f} MiB/s), rsync --checksum of the mount {rsync:.2f} s "
              f"({size / rsync:.0f} MiB/s) and of the restored folder {local:.2f} s, peak memory of the mount "
              f"{read.peak_bytes / MIB:.0f} MiB", flush=True)
    print(f"rsync by the medians: {statistics.median(restores) / statistics.median(reads):.2f} of the speed of a "
          f"restore (goal {RSYNC_GOAL})")
    print(f"ls -lR {list_seconds:.2f} s: {list_seconds * MILLION / options.files:.1f} s for a million files (goal "
          f"{LIST_GOAL_SECONDS}); peak memory of the mount {listed.peak_bytes / MIB:.0f} MiB")
    return is_same


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("hbr", help="the program to judge")
    parser.add_argument("--files", type=int, default=MILLION, help="small files (1,000,000)")
    parser.add_argument("--mean-bytes", type=int, default=2000, help="their mean size (2000)")
    parser.add_argument("--large-mib", type=int, default=2048, help="size of two large files together (2048)")
    parser.add_argument("--repeat", type=int, default=3, help="runs of restore and rsync, in turn (3)")
    parser.add_argument("--work", default="/var/tmp", help="where a work folder is made, and removed (/var/tmp)")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # unmount and remove the folder then, too
    work = pathlib.Path(tempfile.mkdtemp(prefix="hbr-mount-bench-", dir=options.work))
    try:
        return 0 if measure(str(pathlib.Path(options.hbr).resolve()), work, options) else 1
    finally:
        shutil.rmtree(work)


if __name__ == "__main__":
    sys.exit(main())
