#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""bad_days.py HBR: full disks, disks with bad sectors, vaults that vanish, people who press Ctrl-C, rotten bits.

After each of them: one clear sentence, the right exit code, nothing lost, and work goes on. Needs root's rights, to
mount small file systems.
"""

import contextlib
import os
import pathlib
import random
import shutil
import signal
import subprocess
import sys
import time

from lab import DONE, FAILED, FAULTS, INTEGRITY, NOT_FOUND, Lab, fill, manifest

MIB = 1 << 20
INTERRUPTED = 130


@contextlib.contextmanager
def small_disk(folder: pathlib.Path, mebibytes: int):
    folder.mkdir(parents=True, exist_ok=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={mebibytes}m", "tmpfs", folder], check=True)
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", folder], check=True)


def grow(folder: pathlib.Path, mebibytes: int) -> None:
    subprocess.run(["mount", "-o", f"remount,size={mebibytes}m", folder], check=True)


class BadDays:
    def __init__(self, lab: Lab):
        self.lab = lab
        self.source = lab.work / "source"
        self.chance = random.Random(1)

    def sound(self, *vault) -> None:
        self.lab.run("verify", "--depth", "data", *vault)

    def restores(self, point: str, expected: dict, *vault) -> None:
        target = self.lab.work / "restored"
        self.lab.run("restore", point, "--target", target, *vault)
        self.lab.check(manifest(target / self.source.relative_to("/")) == expected, f"{point} came back otherwise")
        shutil.rmtree(target, ignore_errors=True)

    def one_sentence(self, result: subprocess.CompletedProcess, *words: str) -> None:
        lines = [line for line in result.stderr.splitlines() if not line.startswith("hbr: fault: ")]
        self.lab.check(any(line.startswith("hbr: ") and all(word in line for word in words) for line in lines),
                       f"no sentence with {words} in:\n{result.stderr}")

    def vault_on_a_full_disk(self) -> None:
        with small_disk(self.lab.work / "small", 96) as disk:
            vault = ("--vault", disk / "vault")
            self.lab.run("vault", "create", disk / "vault", "--name", "small")
            fill(self.source, 2, 30, 500_000)
            self.lab.run("backup", "run", self.source, *vault)
            before = manifest(self.source)
            first = self.lab.result("point", "list", *vault)["points"][0]["id"]
            for number in range(10):
                (self.source / f"big {number}").write_bytes(self.chance.randbytes(20 * MIB))
            result = self.lab.run("backup", "run", self.source, *vault, expect=FAILED)
            self.one_sentence(result, "space")
            self.sound(*vault)
            self.restores(first, before, *vault)
            grow(disk, 600)
            again = self.lab.result("backup", "run", self.source, *vault)
            self.sound(*vault)
            self.restores("latest", manifest(self.source), *vault)
            self.lab.check(again["point"]["storedBytes"] < 200 * MIB,
                           f"what was stored on the full disk was stored again: {again['point']}")
            self.lab.run("vault", "disconnect", "small")
        for path in self.source.glob("big *"):
            path.unlink()

    def restore_to_a_full_disk(self) -> None:
        (self.source / "big").write_bytes(self.chance.randbytes(30 * MIB))
        self.lab.run("backup", "run", self.source)
        with small_disk(self.lab.work / "target", 16) as disk:
            result = self.lab.run("restore", "latest", "--target", disk, expect=FAILED)
            self.one_sentence(result, "space")
            left = [path for path in disk.rglob(".hbr-restore-*")]
            grow(disk, 200)
            # The same command goes on, and clears away what the first one had to leave.
            self.lab.run("restore", "latest", "--target", disk, "--verify")
            came = manifest(disk / self.source.relative_to("/"))
            self.lab.check(came == manifest(self.source), f"the restore that went on differs; it had left {left}")
        (self.source / "big").unlink()

    def bad_sector(self) -> None:
        """A file that cannot be read to its end is a fault, and the rest is stored."""
        shim = self.lab.preloadable("failing_read.c")
        bad = self.source / "unreadable sector"
        bad.write_bytes(self.chance.randbytes(MIB))
        lost = f"{bad.name}\t{bad.stat().st_mtime_ns}\t{128 * 1024}\t0\n"
        preload = {"LD_PRELOAD": str(shim), "HBR_LOST_SECTORS": lost}
        result = self.lab.run("backup", "run", self.source, expect=FAULTS, environment=preload)
        self.lab.check("unreadable sector" in result.stderr, f"the fault does not name the file:\n{result.stderr}")
        point = self.lab.result("point", "show", "latest")["point"]
        self.lab.check(point["faults"] == 1, f"one fault was expected: {point}")
        listed = self.lab.run("point", "show", "latest", "--faults").stdout
        self.lab.check("unreadable sector" in listed, "the fault is not in the restore point's list")
        bad.unlink()
        self.restores("latest", manifest(self.source))
        self.lab.run("backup", "run", self.source)

    def vault_vanishes(self) -> None:
        away = self.lab.work / "away"
        for number in range(8):
            (self.source / f"large {number}").write_bytes(self.chance.randbytes(24 * MIB))
        process = self.lab.start("backup", "run", self.source)
        time.sleep(0.25)
        self.lab.vault.rename(away)
        output, errors = process.communicate()
        self.lab.check(process.returncode in (DONE, FAILED, NOT_FOUND), f"ended with {process.returncode}:\n{errors}")
        if process.returncode != DONE:
            self.lab.check(errors.count("hbr: ") == 1, f"no one clear sentence:\n{output}{errors}")
        self.lab.run("point", "list", expect=NOT_FOUND)
        if self.lab.vault.exists():
            shutil.rmtree(self.lab.vault)
        away.rename(self.lab.vault)
        self.sound()
        self.lab.run("backup", "run", self.source)
        self.sound()
        self.restores("latest", manifest(self.source))
        for path in self.source.glob("large *"):
            path.unlink()

    def control_c(self) -> None:
        for number in range(30):
            (self.source / f"long {number}").write_bytes(self.chance.randbytes(24 * MIB))
        process = self.lab.start("backup", "run", self.source)
        time.sleep(1.0)
        process.send_signal(signal.SIGINT)
        output, errors = process.communicate()
        if self.lab.check(process.returncode in (DONE, INTERRUPTED), f"ended with {process.returncode}:\n{errors}"):
            self.lab.say(f"Ctrl-C: exit code {process.returncode}")
        self.sound()
        packs = sum(path.stat().st_size for path in (self.lab.vault / "packs").rglob("*") if path.is_file())
        again = self.lab.result("backup", "run", self.source)
        after = sum(path.stat().st_size for path in (self.lab.vault / "packs").rglob("*") if path.is_file())
        self.lab.check(process.returncode == DONE or after - packs < 700 * MIB, "nothing of the first run was reused")
        self.lab.check(again["point"]["faults"] == 0, "the second run has faults")
        self.restores("latest", manifest(self.source))
        for path in self.source.glob("long *"):
            path.unlink()

    def interrupted_restore(self) -> None:
        """Whatever has its final name is whole, and the next restore completes the rest."""
        large = self.lab.work / "large files"
        large.mkdir()
        for number in range(4):
            (large / f"file {number}").write_bytes(self.chance.randbytes(60 * MIB))
        for number in range(300):
            folder = large / f"folder {number % 20}" / f"inner {number}"
            folder.mkdir(parents=True)
            (folder / "small").write_text(str(number))
            folder.chmod(self.chance.choice((0o755, 0o700, 0o750, 0o1777)))
        for path in sorted(large.rglob("*"), reverse=True):
            os.utime(path, ns=(0, self.chance.randrange(10**18)))
        self.lab.run("backup", "run", large, "--plan", "large")
        expected = manifest(large)
        stopped = 0
        for number in range(12):
            target = self.lab.work / "restored"
            process = self.lab.start("restore", "latest", "--plan", "large", "--target", target, "--workers", "4")
            time.sleep(0.02 + 0.03 * number)
            process.send_signal(signal.SIGINT if number % 2 else signal.SIGKILL)
            process.communicate()
            stopped += process.returncode != DONE
            came = manifest(target / large.relative_to("/")) if (target / large.relative_to("/")).exists() else {}
            named = {path: text for path, text in came.items() if text.startswith("-") and ".hbr-restore-" not in path}
            self.lab.check(all(expected[path] == text for path, text in named.items()),
                           "an interrupted restore left a file that is not whole")
            self.lab.run("restore", "latest", "--plan", "large", "--target", target, "--verify")
            self.lab.check(manifest(target / large.relative_to("/")) == expected, "the restore that went on differs")
            self.lab.check(not list(target.rglob(".hbr-restore-*")), "the restore that went on left something")
            shutil.rmtree(target)
        self.lab.check(stopped > 0, "no restore was stopped in time, so the test tests nothing")
        shutil.rmtree(large)

    def rotten_bit(self) -> None:
        """Found by verify, named by restore, mended by repair and healed by the next backup."""
        self.lab.run("backup", "run", self.source)
        point = self.lab.result("point", "show", "latest")["point"]["id"]
        other = [value["id"] for value in self.lab.result("point", "list")["points"] if value["id"] != point]
        self.lab.run("point", "forget", *other, "--yes")
        # The vault vanished from under a session, which a prune waits for unless it is told not to.
        self.lab.run("prune", "--yes", "--max-unused", "0", "--end-sessions-older-than", "0")
        pack = max((path for path in (self.lab.vault / "packs").rglob("*") if path.is_file()),
                   key=lambda path: path.stat().st_size)
        content = bytearray(pack.read_bytes())
        content[len(content) // 3] ^= 4
        pack.chmod(0o600)
        pack.write_bytes(content)
        self.lab.run("verify", "--depth", "structure")
        for depth in ("seals", "data"):
            found = self.lab.run("verify", "--depth", depth, expect=INTEGRITY)
            self.lab.check(pack.name in found.stderr, f"verify does not name the pack:\n{found.stderr}")
        target = self.lab.work / "restored"
        result = self.lab.run("restore", point, "--target", target, expect=INTEGRITY)
        self.lab.check("fault" in result.stderr, "the restore does not name what is damaged")
        expected = manifest(self.source)
        came = manifest(target / self.source.relative_to("/"))
        files = [path for path in came if (self.source / path).is_file()]
        self.lab.check(all(came[path] == expected[path] for path in files), "something wrong was restored in silence")
        self.lab.check(len(files) < len([path for path in expected if (self.source / path).is_file()]),
                       "nothing was missing, so the test tests nothing")
        shutil.rmtree(target)
        self.lab.run("repair", "--yes", expect=INTEGRITY)
        self.lab.run("backup", "run", self.source)
        self.lab.run("repair", "--yes")
        self.lab.run("prune", "--yes")
        self.sound()
        self.restores(point, expected)

    def run(self) -> None:
        fill(self.source, 1, 60, 2_000_000)
        self.lab.create_vault()
        self.lab.run("backup", "run", self.source)
        for part in (self.vault_on_a_full_disk, self.restore_to_a_full_disk, self.bad_sector, self.vault_vanishes,
                     self.control_c, self.interrupted_restore, self.rotten_bit):
            self.lab.say(part.__name__)
            part()


def main() -> int:
    if os.geteuid() != 0:
        print("bad_days.py mounts small file systems and needs root's rights", file=sys.stderr)
        return 1
    with Lab(sys.argv[1]) as lab:
        BadDays(lab).run()
        return lab.end()


if __name__ == "__main__":
    sys.exit(main())
