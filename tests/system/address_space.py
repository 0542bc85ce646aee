#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""address_space.py HBR [FILES [LIMIT]]: backs up, verifies, restores and backs up again that many small files (50,000)
within LIMIT MiB (256) of address space. A 32-bit program under Windows has 2 GiB, in which 1,000,000 files must fit:

    tests/i386/root.sh python3 tests/system/address_space.py build/linux32/agent/hbr 1000000 2048
"""

import os
import resource
import subprocess
import sys
import threading

from lab import Lab, manifest

FILES_A_FOLDER = 1000


def make_files(folder, count: int) -> None:
    for start in range(0, count, FILES_A_FOLDER):
        part = folder / f"{start // FILES_A_FOLDER:05}"
        part.mkdir(parents=True)
        for number in range(start, min(start + FILES_A_FOLDER, count)):
            (part / f"file {number}").write_text(f"content of file {number}\n" * 2)


def run_within(lab: Lab, limit_bytes: int, *arguments) -> None:
    """Runs hbr, and tells the most address space that it took, as the kernel counts it (VmPeak)."""
    process = subprocess.Popen([lab.hbr, *map(str, arguments)], env=lab.environment, stdin=subprocess.DEVNULL,
                               stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
                               preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (limit_bytes, limit_bytes)))
    peak_kib = 0
    ended = threading.Event()

    def watch() -> None:
        nonlocal peak_kib
        while not ended.wait(0.05):
            try:
                with open(f"/proc/{process.pid}/status", encoding="ascii") as status:
                    peak_kib = next((int(line.split()[1]) for line in status if line.startswith("VmPeak")), peak_kib)
            except OSError:
                return

    watcher = threading.Thread(target=watch)
    watcher.start()
    _, errors = process.communicate()
    ended.set()
    watcher.join()
    what = f"{' '.join(map(str, arguments[:2]))}: {peak_kib // 1024} MiB of address space"
    print(what, flush=True)
    lab.check(process.returncode == 0, f"{what}; ended with {process.returncode}: {errors[-2000:]}")


def main() -> int:
    files = int(sys.argv[2]) if len(sys.argv) > 2 else 50_000
    limit_bytes = (int(sys.argv[3]) if len(sys.argv) > 3 else 256) << 20
    with Lab(sys.argv[1]) as lab:
        source, target = lab.work / "source", lab.work / "target"
        make_files(source, files)
        os.mkdir(target)
        run_within(lab, limit_bytes, "vault", "create", lab.vault, "--name", "lab")
        run_within(lab, limit_bytes, "backup", "run", source, "--vault", "lab")
        run_within(lab, limit_bytes, "backup", "run", source, "--vault", "lab")
        run_within(lab, limit_bytes, "verify", "--depth", "data", "--vault", "lab")
        run_within(lab, limit_bytes, "restore", "latest", "--target", target, "--vault", "lab")
        run_within(lab, limit_bytes, "prune", "--yes", "--vault", "lab")
        came = target / source.relative_to("/")
        lab.check(manifest(came) == manifest(source), "the files came back otherwise")
        return lab.end()


if __name__ == "__main__":
    sys.exit(main())
