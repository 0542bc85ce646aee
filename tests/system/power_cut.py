#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""power_cut.py HBR [CUTS [SEED]]: the power fails at random moments of backups and prunes, and the disk keeps what was
flushed and whatever it likes of the rest. Every acknowledged restore point is whole.

What the program asks of the system is recorded by record_writes.c. A disk is then made up that may be left at a moment
of the record: a file holds what was in it when it was flushed last, and any of what was written to it since, in any
order; a folder shows the names that it showed when it was flushed last, and any of those made or removed since. That
the test would notice what it is for is tried as well: with flushes left out, of files or of folders, it must find loss.
"""

import random
import shutil
import sys
from dataclasses import dataclass, field
from pathlib import Path

from lab import DONE, Lab, change, fill, manifest


@dataclass
class File:
    flushed: bytes = b""
    since: list[tuple[int, bytes | None]] = field(default_factory=list)  # writes; None: cut to that size

    def now(self, keeps=lambda: True) -> bytes:
        content = bytearray(self.flushed)
        for offset, data in self.since:
            if not keeps():
                continue
            size = offset if data is None else max(len(content), offset + len(data))
            content.extend(bytes(max(0, size - len(content))))
            if data is None:
                del content[size:]
            else:
                content[offset:offset + len(data)] = data
        return bytes(content)

    def flush(self) -> None:
        self.flushed, self.since = self.now(), []


@dataclass
class Folder:
    names: dict[str, int] = field(default_factory=dict)  # as flushed; objects by number


@dataclass
class Step:
    """A change of names in one or two folders. Lasts from the moment on in which one of them is flushed."""
    changes: list[tuple[int, str, int | None]]  # folder, name, object; None: the name goes


class Disk:
    """What a recorded program left on a disk, and what of it is sure to last."""

    def __init__(self, root: int):
        self.root = root
        self.objects: dict[int, File | Folder] = {root: Folder()}
        self.numbers: dict[str, int] = {f"{root:x}": root}  # of the object that an inode stands for
        self.steps: list[Step] = []  # not flushed yet, in order
        self.next = root + 1

    def name(self, changes: list[tuple[int, str, int | None]]) -> None:
        self.steps.append(Step(changes))

    def make(self, inode: str, thing: File | Folder) -> int:
        """Inodes are used again, so a new file is a new object."""
        self.numbers[inode] = number = self.next
        self.objects[number] = thing
        self.next += 1
        return number

    def current(self, folder: int, name: str) -> int | None:
        found = self.objects[folder].names.get(name)
        for step in self.steps:
            for at, changed, number in step.changes:
                if (at, changed) == (folder, name):
                    found = number
        return found

    def take(self, words: list[str], data: bytes, heeds: set[str]) -> None:
        verb, *rest = words
        numbers = self.numbers
        if verb in ("create", "mkdir", "link"):
            folder = numbers[rest[0]]
            known = self.current(folder, rest[1])
            if verb == "create" and known is not None:
                return  # was there already
            number = numbers[rest[2]] if verb == "link" else self.make(rest[2], File() if verb == "create" else Folder())
            self.name([(folder, rest[1], number)])
        elif verb == "unlink":
            self.name([(numbers[rest[0]], rest[1], None)])
        elif verb == "rename":
            moved = self.current(numbers[rest[0]], rest[1])
            self.name([(numbers[rest[2]], rest[3], moved), (numbers[rest[0]], rest[1], None)])
        elif verb == "write":
            self.objects[numbers[rest[0]]].since.append((int(rest[1], 16), data))
        elif verb == "cut":
            self.objects[numbers[rest[0]]].since.append((int(rest[1], 16), None))
        else:
            self.flush(numbers[rest[0]], heeds)

    def flush(self, number: int, heeds: set[str]) -> None:
        thing = self.objects[number]
        if isinstance(thing, File) and "files" in heeds:
            thing.flush()
        elif isinstance(thing, Folder) and "folders" in heeds:
            last = [step for step in self.steps if any(at == number for at, _, _ in step.changes)]
            self.steps = [step for step in self.steps if step not in last]
            for step in last:
                self.apply(step, {at: self.objects[at].names for at, _, _ in step.changes})

    @staticmethod
    def apply(step: Step, folders: dict[int, dict[str, int]]) -> None:
        for at, name, number in step.changes:
            if number is None:
                folders[at].pop(name, None)
            else:
                folders[at][name] = number

    def write_to(self, place: Path, chance: random.Random | None) -> None:
        """What may be left; without chance, everything."""
        share = chance.choice((0.0, 0.5, 0.9)) if chance else 1.0

        def keeps() -> bool:
            return chance is None or chance.random() < share

        folders = {number: dict(thing.names) for number, thing in self.objects.items() if isinstance(thing, Folder)}
        for step in self.steps:
            if keeps():
                self.apply(step, folders)
        shutil.rmtree(place, ignore_errors=True)

        def put(number: int, at: Path) -> None:
            thing = self.objects[number]
            if isinstance(thing, File):
                at.write_bytes(thing.now(keeps))
                return
            at.mkdir()
            for name, below in folders[number].items():
                put(below, at / name)

        put(self.root, place)


def records(path: Path) -> list[tuple[list[str], bytes]]:
    found = []
    with path.open("rb") as file:
        while line := file.readline().decode().split():
            names = {"create": (1,), "mkdir": (1,), "link": (1,), "unlink": (1,), "rename": (1, 3)}.get(line[0], ())
            words = [bytes.fromhex(word).decode() if at - 1 in names else word for at, word in enumerate(line)]
            found.append((words, file.read(int(line[3], 16)) if line[0] == "write" else b""))
    return found


class PowerCuts:
    def __init__(self, lab: Lab, seed: int):
        self.lab = lab
        self.chance = random.Random(seed)
        self.record = lab.work / "record"
        self.source = lab.work / "source"
        self.promised: list[tuple[int, dict[str, dict]]] = []  # from this record on, these points are there

    def live(self) -> None:
        """A life of a vault, recorded."""
        lab, points = self.lab, {}
        lab.vault.mkdir()
        self.root = lab.vault.stat().st_ino
        fill(self.source, 1, 60, 200_000)
        lab.environment |= {"LD_PRELOAD": str(lab.preloadable("record_writes.c")), "HBR_RECORD": str(self.record),
                            "HBR_RECORDED_FOLDER": str(lab.vault)}

        def promise() -> None:
            self.promised.append((len(records(self.record)), dict(points)))

        lab.create_vault()
        promise()
        for number in range(4):
            change(self.source, number)
            made = lab.result("backup", "run", self.source)["point"]["id"]
            points[made] = manifest(self.source)
            promise()
        for forgotten in list(points)[:2]:
            del points[forgotten]
            promise()  # from here on it may be gone, or still be there
            lab.run("point", "forget", forgotten, "--yes")
        lab.run("prune", "--yes", "--max-unused", "0")
        change(self.source, 9)
        points[lab.result("backup", "run", self.source)["point"]["id"]] = manifest(self.source)
        promise()
        for name in ("LD_PRELOAD", "HBR_RECORD", "HBR_RECORDED_FOLDER"):
            del lab.environment[name]

    def check_record(self) -> None:
        """That nothing was missed: what was recorded makes what is there."""
        disk = self.disk_at(len(self.log), {"files", "folders"})
        copy = self.lab.work / "copy"
        disk.write_to(copy, None)
        self.lab.check(contents(copy) == contents(self.lab.vault), "the record misses something that the program did")

    def disk_at(self, moment: int, heeds: set[str]) -> Disk:
        disk = Disk(self.root)
        for words, data in self.log[:moment]:
            disk.take(words, data, heeds)
        return disk

    def loses(self, moment: int, heeds: set[str], looks_deep: bool) -> str:
        """What is wrong after a power cut at that moment; empty when nothing is."""
        self.disk_at(moment, heeds).write_to(self.lab.vault, self.chance)
        promised = [points for since, points in self.promised if since <= moment][-1]
        listed = self.lab.run("point", "list", "--json", expect=None)
        if listed.returncode != DONE:
            return f"the vault does not open: {listed.stderr}"
        if missing := [point for point in promised if point not in listed.stdout]:
            return f"points are gone: {missing}"
        verified = self.lab.run("verify", "--depth", "data", expect=None)
        if verified.returncode != DONE:
            return f"verify: {verified.stdout}{verified.stderr}"
        if not looks_deep or not promised:
            return ""
        point = self.chance.choice(list(promised))
        target = self.lab.work / "restored"
        restored = self.lab.run("restore", point, "--target", target, expect=None)
        came = manifest(target / self.source.relative_to("/")) if restored.returncode == DONE else None
        shutil.rmtree(target, ignore_errors=True)
        return "" if came == promised[point] else f"point {point} comes back otherwise: {restored.stderr}"

    def cut(self, cuts: int) -> None:
        first = self.promised[0][0]
        for number in range(cuts):
            moment = self.chance.randint(first, len(self.log))
            wrong = self.loses(moment, {"files", "folders"}, number % 5 == 0)
            self.lab.check(not wrong, f"power cut after {moment} of {len(self.log)} records: {wrong}")

    def check_test(self, heeds: set[str]) -> None:
        """Leaves out flushes; the test must notice."""
        noticed = any(self.loses(len(self.log), heeds, False) for _ in range(20))
        self.lab.check(noticed, f"nobody noticed that only {heeds or 'nothing'} was flushed")


def contents(folder: Path) -> dict[str, bytes | None]:
    return {str(path.relative_to(folder)): path.read_bytes() if path.is_file() else None for path in folder.rglob("*")}


def main() -> int:
    cuts = int(sys.argv[2]) if len(sys.argv) > 2 else 40
    seed = int(sys.argv[3]) if len(sys.argv) > 3 else random.randrange(1 << 32)
    print(f"seed {seed}", flush=True)
    with Lab(sys.argv[1]) as lab:
        power = PowerCuts(lab, seed)
        power.live()
        power.log = records(power.record)
        power.check_record()
        power.cut(cuts)
        power.check_test({"files"})
        power.check_test({"folders"})
        flushes = sum(words[0] == "flush" for words, _ in power.log)
        lab.say(f"{cuts} power cuts in {len(power.log)} records, {flushes} of them flushes")
        lab.check(flushes > 50, "too few flushes were recorded")
        return lab.end()


if __name__ == "__main__":
    sys.exit(main())
