#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""bad_sectors.py HBR: a vault on a disk that has lost sectors, and on one that has gone, as a person meets them.

A lost sector is damage: verify names it, a restore brings all that does not need it, parity makes up for it, repair mends
what can be mended, and a second repair finds nothing although the sectors stay lost. A disk that has gone is none: one
sentence, and nothing is changed. Needs root's rights, to mount a disk and shut it down.
"""

import fcntl
import os
import pathlib
import random
import shutil
import struct
import subprocess
import sys
import time

from lab import DONE, FAILED, INTEGRITY, Lab, fill, manifest

SECTOR = 4096
EXT4_IOC_SHUTDOWN = 0x8004587D
WITHOUT_FLUSHING = 2


class BadSectors:
    def __init__(self, lab: Lab):
        self.lab = lab
        self.source = lab.work / "source"
        self.shim = lab.preloadable("failing_read.c")
        self.chance = random.Random(7)
        self.faults = 0  # that the last restore told

    def objects(self, folder: str) -> list[pathlib.Path]:
        """Largest last."""
        found = [path for path in (self.lab.vault / folder).rglob("*") if path.is_file()]
        return sorted(found, key=lambda path: (path.stat().st_size, path.name))

    def lose(self, *losses: tuple[pathlib.Path, int]) -> None:
        lines = [f"{path.relative_to(self.lab.vault)}\t{path.stat().st_mtime_ns}\t{first * SECTOR}\t{SECTOR}\n"
                 for path, first in losses]
        self.lab.environment |= {"LD_PRELOAD": str(self.shim), "HBR_LOST_SECTORS": "".join(lines)}

    def read_again(self) -> None:
        for name in ("LD_PRELOAD", "HBR_LOST_SECTORS", "HBR_LOST_FOLDER"):
            self.lab.environment.pop(name, None)

    def restored(self, expect: int) -> dict:
        target = self.lab.work / "restored"
        shutil.rmtree(target, ignore_errors=True)
        self.faults = self.lab.result("restore", "latest", "--target", target, expect=expect).get("faults", 0)
        return manifest(target / self.source.relative_to("/"))

    def check_repaired(self) -> None:
        again = self.lab.result("repair", "--yes", expect=None)
        self.lab.check(not again["problems"], f"a second repair finds {again['problems']}")

    def sector_of(self, folder: str) -> None:
        """One sector of an object that has another copy, or can be worked out."""
        lost = self.objects(folder)[-1]
        self.lose((lost, 0))
        report = self.lab.result("verify", expect=INTEGRITY)
        named = [problem["object"] for problem in report["problems"]]
        expected = str(lost.relative_to(self.lab.vault))
        self.lab.check(named == [expected], f"verify names {named} for {expected}")
        self.lab.run("repair", "--yes")
        self.check_repaired()
        self.lab.run("verify", "--depth", "data")
        self.lab.check(self.restored(DONE) == manifest(self.source), f"after {folder} the point came back otherwise")
        self.read_again()

    def newest_journal_entry(self) -> None:
        entry = max((self.lab.vault / "journal").iterdir())
        self.lose((entry, 0))
        listed = self.lab.run("point", "list")
        self.lab.check("journal is damaged" in listed.stderr, f"no word of the journal:\n{listed.stderr}")
        self.lab.run("backup", "run", self.source, expect=INTEGRITY)
        self.lab.result("verify", expect=INTEGRITY)
        self.lab.run("repair", "--yes")
        self.check_repaired()
        self.lab.check(self.restored(DONE) == manifest(self.source), "after the journal the point came back otherwise")
        self.read_again()

    def pack(self) -> None:
        lost = self.objects("packs")[-1]
        self.lose((lost, 5), (lost, 700))
        found = self.lab.run("verify", expect=INTEGRITY)
        self.lab.check(lost.name in found.stderr and "lost a part" in found.stderr, f"verify says:\n{found.stderr}")
        expected = manifest(self.source)
        came = self.restored(INTEGRITY)
        whole = {path for path in expected if came.get(path) == expected[path]}
        missing = {path for path in expected if (self.source / path).is_file()} - whole
        # Small files share chunks, so chance says how many are lost.
        self.lab.check(0 < len(missing) == self.faults, f"{len(missing)} files are missing, {self.faults} faults told")
        self.lab.check(whole, "nothing came back")
        self.lab.check(all(path in expected for path in came), "something was made up")
        repair = self.lab.run("repair", "--yes", expect=INTEGRITY)
        self.lab.check("given up" in repair.stderr, f"repair does not say what it gives up:\n{repair.stderr}")
        self.check_repaired()
        came = self.restored(INTEGRITY)
        self.lab.check({path for path in expected if came.get(path) == expected[path]} == whole,
                       "the repair lost something more")
        # Repair has condemned the pack, so a prune may remove it; the next backup heals.
        self.lab.run("prune", "--yes")
        self.lab.check(not lost.exists(), "the pack is still there")
        self.lab.run("backup", "run", self.source)
        self.lab.check(self.restored(DONE) == expected, "a backup did not heal the vault")
        self.read_again()

    def parity(self) -> None:
        self.lab.run("vault", "set", "--parity", "5")
        (self.source / "with parity").write_bytes(self.chance.randbytes(20 << 20))
        without = self.objects("packs")
        self.lab.run("backup", "run", self.source)
        packs = [pack for pack in self.objects("packs") if pack not in without]
        losses = []
        for pack in packs:
            sectors = pack.stat().st_size // SECTOR
            losses += [(pack, 0), (pack, sectors - 1)]
            if sectors > 1000:
                losses += [(pack, sector) for sector in self.chance.sample(range(sectors), sectors // 50)]
        self.lose(*losses)
        report = self.lab.result("verify", expect=INTEGRITY)
        self.lab.check(not report["damagedPoints"], "parity does not make up for it")
        self.lab.check(self.restored(DONE) == manifest(self.source), "the point came back otherwise through parity")
        repair = self.lab.result("repair", "--yes")
        self.lab.check(repair["chunksLost"] == 0, f"the repair lost something: {repair}")
        self.check_repaired()
        self.lab.run("verify", "--depth", "data")
        self.read_again()

    def index_block(self) -> None:
        """A sector in the middle of an index run hides what its block names; the rest comes back, a backup heals."""
        small = self.source / "small"
        small.mkdir()
        for number in range(3000):
            (small / str(number)).write_bytes(f"{number} of many".encode())
        self.lab.run("backup", "run", self.source)
        lost = self.objects("index")[-1]
        expected = manifest(self.source)
        most = 0
        for block in range(4):
            self.lose((lost, 1 + 4 * block))
            report = self.lab.result("verify", expect=INTEGRITY)
            named = [problem["object"] for problem in report["problems"]]
            self.lab.check(named == [str(lost.relative_to(self.lab.vault))], f"verify names {named}")
            came = self.restored(INTEGRITY)
            whole = sum(came.get(path) == fact for path, fact in expected.items())
            self.lab.check(whole < len(expected), "nothing is hidden")
            most = max(most, whole)
        # One of the blocks may hide the root of the tree.
        self.lab.check(most > len(expected) / 2, f"{most} of {len(expected)} came back at best")
        self.lab.run("prune", "--yes", expect=INTEGRITY)
        # Reads all files, so that nothing is taken over from a point before.
        self.lab.run("backup", "run", self.source, "--reread")
        self.lab.check(self.restored(DONE) == expected, "a backup did not heal what the sector hides")
        self.lab.run("repair", "--yes")
        self.check_repaired()
        self.lab.run("verify", "--depth", "data")
        shutil.rmtree(small)
        self.read_again()

    def disk_gone(self) -> None:
        before = manifest(self.lab.vault)
        self.lab.environment |= {"LD_PRELOAD": str(self.shim), "HBR_LOST_FOLDER": str(self.lab.vault)}
        for command in (("verify",), ("repair", "--yes"), ("repair", "--rebuild-index", "--yes"), ("prune", "--yes"),
                        ("restore", "latest", "--target", self.lab.work / "never"), ("backup", "run", self.source)):
            result = self.lab.run(*command, expect=FAILED)
            sentences = [line for line in result.stderr.splitlines() if line.startswith("hbr: ")]
            self.lab.check(len(sentences) == 1 and "fails as a whole" in sentences[0], f"{command} says {sentences}")
        self.read_again()
        after = manifest(self.lab.vault)
        del before["tmp"], after["tmp"]  # its time changes
        self.lab.check(after == before, "something was changed in a vault whose disk has gone")
        self.lab.run("verify", "--depth", "data")

    def shut_down(self) -> None:
        """A real file system that shuts down, as it does when its disk is pulled, before and during the work."""
        image = self.lab.work / "disk.img"
        folder = self.lab.work / "disk"
        folder.mkdir()
        with image.open("wb") as file:
            file.truncate(400 << 20)
        subprocess.run(["mkfs.ext4", "-q", image], check=True)
        mount(image, folder)
        vault = ("--vault", folder / "vault")
        try:
            self.lab.run("vault", "create", folder / "vault", "--name", "pulled")
            self.lab.run("backup", "run", self.source, *vault)
            for command in (("verify", "--depth", "data"), ("repair", "--rebuild-index", "--yes")):
                process = self.lab.start(*command, *vault)
                time.sleep(self.chance.random() * 0.4)
                shut_down_file_system(folder)
                errors = process.communicate()[1]
                self.lab.check(process.returncode in (DONE, FAILED), f"{command} ended otherwise:\n{errors}")
                for again in (("verify",), ("repair", "--yes")):
                    result = self.lab.run(*again, *vault, expect=FAILED)
                    self.lab.check("STORE-0010" in result.stderr, f"{again} says:\n{result.stderr}")
                subprocess.run(["umount", folder], check=True)
                mount(image, folder)
                self.lab.run("verify", "--depth", "data", *vault)
                self.lab.run("repair", "--yes", *vault)
        finally:
            subprocess.run(["umount", folder], check=True)


def mount(image: pathlib.Path, folder: pathlib.Path) -> None:
    subprocess.run(["mount", "-o", "loop", image, folder], check=True)


def shut_down_file_system(folder: pathlib.Path) -> None:
    """All that is read or written from now on fails with EIO, as if the disk were gone; mounting it again ends that."""
    descriptor = os.open(folder, os.O_RDONLY)
    fcntl.ioctl(descriptor, EXT4_IOC_SHUTDOWN, struct.pack("I", WITHOUT_FLUSHING))
    os.close(descriptor)


def main() -> int:
    with Lab(sys.argv[1]) as lab:
        days = BadSectors(lab)
        fill(days.source, 1, 200, 300_000)
        (days.source / "large").write_bytes(random.Random(2).randbytes(24 << 20))
        lab.create_vault()
        lab.run("backup", "run", days.source)
        for folder in ("index", "points", "keys"):
            days.sector_of(folder)
        days.newest_journal_entry()
        days.pack()
        days.parity()
        days.index_block()
        days.disk_gone()
        days.shut_down()
        return lab.end()


if __name__ == "__main__":
    sys.exit(main())
