#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""stranger.py HBR: a reader that knows only the document of the vault format (tests/stranger) opens golden vaults and
a vault made just now, finds every seal and chunk id right, and restores what hbr restores."""

import json
import os
import pathlib
import random
import subprocess
import sys

import torture_tree
from lab import PASSWORD, Lab, change, fill, manifest
from tree_facts import differences, facts_of

TESTS = pathlib.Path(__file__).resolve().parents[1]
# Debian's own, for the sake of its packages.
READER = ["/usr/bin/python3", "-B", TESTS / "stranger" / "read_vault.py"]
PAGE = 16_384


def read(lab: Lab, vault: pathlib.Path, *command, kit: bool = False, damaged: bool = False) -> str:
    """What the stranger's reader prints."""
    secret = ("--kit", lab.work / "kit") if kit else ("--password-file", lab.work / "password")
    result = subprocess.run([*map(str, (*READER, vault, *secret, *command))], capture_output=True, text=True)
    lab.check((result.returncode != 0) == damaged and "Traceback" not in result.stderr,
              f"read_vault.py {' '.join(map(str, command))} ended with {result.returncode}: {result.stderr[-2000:]}")
    return result.stdout


def check_golden(lab: Lab, golden: pathlib.Path) -> None:
    expected = json.loads((golden / "expected.json").read_text())
    (lab.work / "kit").write_text(expected["recoveryKit"])
    for kit in (False, True):
        listed = [line.split()[0] for line in read(lab, golden / "vault", "points", kit=kit).splitlines()]
        lab.check(listed == list(expected["points"]), f"the reader lists {listed}")
    read(lab, golden / "vault", "check")
    for point, tree in expected["points"].items():
        target = lab.work / f"golden {point}"
        read(lab, golden / "vault", "restore", point, target, "--below", expected["source"], kit=True)
        lab.check(manifest(target) == tree, f"{golden.name}: {point} came back otherwise")


def make_tree(lab: Lab, source: pathlib.Path) -> None:
    """More than one level of tree nodes and of list chunks, and every kind of object when root makes it."""
    fill(source, 3, 700, 90_000)
    chance = random.Random(4)
    # 1100 different pages: two levels of list chunks.
    with (source / "pages").open("wb") as file:
        for number in range(1100):
            file.write(number.to_bytes(4, "big") * (PAGE // 4))
    (source / "large").write_bytes(chance.randbytes(9 << 20))
    (source / "packed").write_bytes(b"packed well " * 300_000)
    with (source / "holes").open("wb") as file:
        for offset in (5_000_000, 10_000_000, 30_000_001):
            file.seek(offset)
            file.write(chance.randbytes(5_000))
        file.truncate(40_000_000)
    os.link(source / "packed", source / "folder 1" / "other name")
    os.symlink("folder 1/other name", source / "symlink")
    os.mkfifo(source / "fifo")
    (source / "empty folder").mkdir()
    (source / os.fsdecode(b"\xff not UTF-8")).write_text("name")
    (source / "read only").write_text("text")
    os.setxattr(source / "read only", "user.binary", bytes(range(256)))
    (source / "read only").chmod(0o4444)
    for number, path in enumerate(sorted(source.rglob("*"))):
        os.utime(path, ns=(0, (number * 1_000_000_007 - 30_000_000_000) * 1000 + number), follow_symlinks=False)
    if os.geteuid() == 0:
        for add in (torture_tree.add_modes, torture_tree.add_attributes, torture_tree.add_hard_links,
                    torture_tree.add_sparse, torture_tree.add_special, torture_tree.add_names):
            add(source)
    else:
        lab.say("Without root's rights: the tree lacks owners, devices and trusted attributes")


def compare(lab: Lab, before: dict, folder: pathlib.Path, what: str) -> dict:
    after, blocks = facts_of(os.fsencode(folder))
    for sentence in differences(before, after)[:20]:
        lab.check(False, f"{what}: {sentence}")
    lab.check(bool(after), f"{what} is empty")
    return blocks


def check_fresh(lab: Lab) -> None:
    """A vault with a history: many points, more than 64 journal entries, several passwords, runs that were merged."""
    source = lab.work / "source"
    make_tree(lab, source)
    lab.create_vault()
    for round_number in range(24):
        change(source / "folder 2", round_number)
        lab.run("backup", "run", source, "--fixed-pages", "pages", "--tag", "stranger")
    points = [point["id"] for point in lab.result("point", "list")["points"]]
    for point in points[3:20]:
        lab.run("point", "forget", point, "--yes")
    lab.run("prune", "--yes", "--max-unused", "0")
    points = points[:3] + points[20:]
    (lab.work / "kit").write_text(lab.run("key", "recovery-kit").stdout)
    entries = max(path.name for path in (lab.vault / "journal").iterdir())
    lab.check(int(entries, 16) > 64, f"the newest journal entry is only {entries}")

    for kit in (False, True):
        listed = [line.split()[0] for line in read(lab, lab.vault, "points", kit=kit).splitlines()]
        lab.check(listed == points, f"the reader lists {listed} and not {points}")
    lab.say(f"The reader finds sound: {read(lab, lab.vault, 'check').strip()}")
    for point in (points[0], points[-1]):
        lab.run("restore", point, "--target", lab.work / f"by hbr {point}")
        read(lab, lab.vault, "restore", point, lab.work / f"by reader {point}")
        by_hbr = facts_of(os.fsencode(lab.work / f"by hbr {point}"))[0]
        compare(lab, by_hbr, lab.work / f"by reader {point}", f"restored by the reader, and by hbr: {point}")
    before, blocks_before = facts_of(os.fsencode(source))
    blocks = compare(lab, before, lab.work / f"by reader {points[-1]}" / source.relative_to("/"), "the source")
    lab.check(blocks[b"holes"] <= blocks_before[b"holes"] + 65_536, f"holes take {blocks[b'holes']} bytes")


def check_damage(lab: Lab) -> None:
    """One flipped bit in any object is found: the reader's praise is worth something."""
    for folder in ("journal", "index", "packs", "points"):
        # The newest: nothing has taken its place yet.
        path = max((each for each in (lab.vault / folder).rglob("*") if each.is_file()),
                   key=lambda each: each.stat().st_mtime_ns)
        sound = path.read_bytes()
        broken = bytearray(sound)
        broken[len(broken) // 2] ^= 1
        path.write_bytes(broken)
        read(lab, lab.vault, "check", damaged=True)
        path.write_bytes(sound)
    read(lab, lab.vault, "check")


def check_parity(lab: Lab) -> None:
    """Packs with parity are read like others, and what is damaged in them comes back by the document alone."""
    lab.run("vault", "set", "--parity", "5")
    change(lab.work / "source" / "folder 2", 99)
    (lab.work / "source" / "late").write_bytes(random.Random(5).randbytes(6 << 20))
    before = set((lab.vault / "packs").rglob("*"))
    lab.run("backup", "run", lab.work / "source")
    packs = [path for path in set((lab.vault / "packs").rglob("*")) - before if path.is_file()]
    sound = {path: path.read_bytes() for path in packs}
    read(lab, lab.vault, "check")
    for path, data in sound.items():
        broken = bytearray(data)
        blocks = -(-len(data) // 4096)
        for block in random.Random(6).sample(range(blocks), max(1, blocks * 5 // 100)):
            broken[block * 4096:(block + 1) * 4096] = bytes(len(data[block * 4096:(block + 1) * 4096]))
        path.write_bytes(broken)
    heal = subprocess.run([*map(str, (*READER[:2], TESTS / "stranger" / "heal.py", *packs))], capture_output=True, text=True)
    lab.check(heal.returncode == 0, f"heal.py ended with {heal.returncode}: {heal.stderr[-2000:]}")
    read(lab, lab.vault, "check")
    lab.say(f"The stranger healed {len(packs)} packs")
    for path, data in sound.items():
        path.write_bytes(data)


def main() -> int:
    with Lab(sys.argv[1]) as lab:
        (lab.work / "password").write_text(PASSWORD + "\n")
        values = subprocess.run([*map(str, READER[:2]), str(TESTS / "stranger" / "test_values.py")], capture_output=True,
                                text=True)
        lab.check(values.returncode == 0, f"test values of the document: {values.stdout}{values.stderr}")
        for golden in sorted(path.parent for path in (TESTS / "goldens").glob("*/expected.json")):
            check_golden(lab, golden)
        check_fresh(lab)
        check_parity(lab)
        check_damage(lab)
        return lab.end()


if __name__ == "__main__":
    sys.exit(main())
