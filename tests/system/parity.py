#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""parity.py HBR: a vault with parity whose files rot, as a person meets it: restores come back whole, verify says what is
going on, repair writes anew, and nothing of it happens in a vault without parity."""

import random
import shutil
import sys

from lab import DONE, FAULTS, INTEGRITY, USAGE, Lab, change, fill, manifest

SECTOR = 4096


def rot(lab: Lab, share: float, seed: int) -> int:
    """Noise in that share of the sectors of every pack. How many packs there are."""
    chance = random.Random(seed)
    packs = [path for path in sorted((lab.vault / "packs").rglob("*")) if path.is_file()]
    for path in packs:
        data = bytearray(path.read_bytes())
        sectors = -(-len(data) // SECTOR)
        for sector in chance.sample(range(sectors), max(1, int(sectors * share))):
            end = min(len(data), (sector + 1) * SECTOR)
            data[sector * SECTOR:end] = chance.randbytes(end - sector * SECTOR)
        path.chmod(0o600)
        path.write_bytes(data)
    return len(packs)


def restored(lab: Lab, point: str, name: str) -> dict:
    said = lab.run("restore", point, "--target", lab.work / name)
    lab.check("parity alone" in said.stderr, f"the restore of {name} says nothing of what it met:\n{said.stderr}")
    return manifest(lab.work / name / (lab.work / "source").relative_to("/"))


def check_bad_requests(lab: Lab) -> None:
    for value in ("11", "-1", "five", ""):
        lab.run("vault", "create", lab.work / "never", "--parity", value, expect=USAGE)
        lab.run("vault", "set", "--parity", value, expect=USAGE)
    lab.check(not (lab.work / "never").exists(), "a vault was made with a parity that cannot be")
    lab.run("vault", "set", expect=USAGE)
    lab.check(lab.result("vault", "info")["parityPercent"] == 5, "a refused change changed the parity")


def main() -> int:
    with Lab(sys.argv[1]) as lab:
        source = lab.work / "source"
        fill(source, 1, 300, 400_000)
        (source / "large").write_bytes(random.Random(2).randbytes(40 << 20))
        lab.run("vault", "create", lab.vault, "--parity", "5")
        check_bad_requests(lab)
        trees = {}
        for number in range(2):
            change(source / "folder 1", number)
            lab.run("backup", "run", source)
            trees[lab.result("point", "list")["points"][-1]["id"]] = manifest(source)
        sound = lab.work / "sound"
        shutil.copytree(lab.vault, sound)

        packs = rot(lab, 0.05, 3)
        for point, tree in trees.items():
            lab.check(restored(lab, point, f"rotten {point}") == tree, f"{point} came back otherwise")
        for depth in ("seals", "data"):
            report = lab.result("verify", "--depth", depth, expect=INTEGRITY)
            lab.check(len(report["problems"]) == packs, f"{len(report['problems'])} of {packs} packs are called rotten")
            lab.check(not report["damagedPoints"], "a point is called damaged although parity makes up for it")
        repair = lab.result("repair", "--yes")
        lab.check(repair["chunksLost"] == 0 and not repair["damagedPoints"], f"repair lost something: {repair}")
        lab.run("verify", "--depth", "data")
        lab.run("prune", "--yes")
        # What was written anew has parity, too.
        rot(lab, 0.05, 4)
        for point, tree in trees.items():
            lab.check(restored(lab, point, f"again {point}") == tree, f"{point} came back otherwise after the repair")
        lab.run("repair", "--yes")

        lab.run("vault", "set", "--parity", "0")
        (source / "later").write_bytes(random.Random(5).randbytes(3 << 20))
        lab.run("backup", "run", source)
        # 60 % is beyond all parity: what is lost is named, and not made up.
        rot(lab, 0.6, 6)
        lab.run("verify", expect=INTEGRITY)
        said = lab.run("repair", "--dry-run", expect=INTEGRITY).stderr
        lab.check("found" in said and " lost," not in said, f"a dry run tells what it cannot know:\n{said}")
        lab.run("repair", "--yes", expect=INTEGRITY)
        said = lab.run("repair", "--yes", expect=INTEGRITY).stderr
        lab.check("Nothing more can be mended, " in said, f"the second repair says:\n{said}")
        shutil.rmtree(lab.vault)
        shutil.copytree(sound, lab.vault)
        lab.run("verify", "--depth", "data")
        return lab.end()


if __name__ == "__main__":
    sys.exit(main())
