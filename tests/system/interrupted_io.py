#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""interrupted_io.py HBR: calls to the system fail with EINTR or do a part of their work, at random, in everything that
hbr does with files. Nobody notices: a backup, a verify, a repair, a prune, a copy and a restore come out byte for byte.
"""

import random
import shutil
import sys

from lab import Lab, change, fill, manifest


def restored(lab: Lab, name: str, *more) -> dict:
    target = lab.work / name
    lab.run("restore", "latest", "--target", target, "--verify", *more)
    came = manifest(target / (lab.work / "source").relative_to("/"))
    shutil.rmtree(target)
    return came


def life_of_a_vault(lab: Lab) -> None:
    source = lab.work / "source"
    lab.run("vault", "create", lab.vault, "--name", "lab", "--parity", "2")
    for number in range(2):
        lab.run("backup", "run", source)
        lab.run("verify", "--depth", "data")
        lab.check(restored(lab, "restored") == manifest(source), "the point came back otherwise")
        change(source, number)
    lab.run("backup", "run", source)
    lab.run("point", "forget", "--keep-last", "1", "--yes")
    lab.run("prune", "--yes", "--max-unused", "0")
    lab.run("repair", "--rebuild-index", "--yes")
    lab.run("vault", "create", lab.work / "mirror", "--name", "mirror")
    lab.run("copy", "--vault", "lab", "--to", "mirror")
    for vault in ("lab", "mirror"):
        lab.run("verify", "--depth", "data", "--vault", vault)
        lab.check(restored(lab, "restored", "--vault", vault) == manifest(source), f"{vault} brought something else")


def main() -> int:
    with Lab(sys.argv[1]) as lab:
        counts = lab.work / "counts"
        fill(lab.work / "source", 1, 120, 300_000)
        (lab.work / "source" / "large").write_bytes(random.Random(2).randbytes(6 << 20))
        with (lab.work / "source" / "holes").open("wb") as file:
            file.seek(3 << 20)
            file.write(b"behind a hole")
        lab.environment |= {"LD_PRELOAD": str(lab.preloadable("interrupted_io.c")), "HBR_INTERRUPTED_SEED": "1",
                            "HBR_INTERRUPTED_FOLDER": str(lab.work), "HBR_INTERRUPTED_COUNTS": str(counts)}
        life_of_a_vault(lab)
        totals = [sum(column) for column in zip(*(map(int, line.split()) for line in counts.read_text().splitlines()))]
        lab.say(f"{totals[0]} calls interrupted, {totals[1]} shortened")
        lab.check(min(totals) > 1000, f"too few calls were interrupted: {totals}")
        return lab.end()


if __name__ == "__main__":
    sys.exit(main())
