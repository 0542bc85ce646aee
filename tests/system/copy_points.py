#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""copy_points.py HBR: restore points copied to another vault with the program: what is kept, what is skipped, what is damaged,
and what becomes of a copy that is interrupted or killed."""

import signal
import sys
import time

from lab import FAULTS, NOT_FOUND, USAGE, Lab, change, fill, kill, manifest

OTHER = "another long sentence"
FACTS = ["client", "plan", "tags", "sources", "started", "finished", "objects", "logicalBytes", "readBytes", "newBytes",
         "storedBytes", "faults"]


class Copies:
    def __init__(self, lab: Lab):
        self.lab = lab
        self.source = lab.work / "source"
        self.mirror = lab.work / "mirror"
        lab.environment["HBR_VAULT"] = str(lab.vault)
        lab.environment["HBR_TO_PASSWORD"] = OTHER

    def in_mirror(self, *arguments, **options) -> dict:
        return self.lab.result(*arguments, "--vault", self.mirror, "--password-file", self.password, **options)

    def prepare(self) -> None:
        self.password = self.lab.work / "password"
        self.password.write_text(OTHER)
        fill(self.source, 1, 60, 3_000_000)
        self.lab.run("vault", "create", self.lab.vault, "--name", "lab")
        self.lab.run("vault", "create", self.mirror, "--name", "mirror", environment={"HBR_PASSWORD": OTHER})
        # The password is to be needed, not remembered.
        self.lab.run("vault", "disconnect", "mirror")
        for number in range(3):
            tags = ["--tag", "odd"] if number % 2 else []
            self.lab.run("backup", "run", self.source, "--plan", "daily", *tags)
            change(self.source, number)

    def points_and_filters(self) -> None:
        before = manifest(self.mirror)
        dry = self.lab.result("copy", "--to", self.mirror, "--dry-run")
        self.lab.check(dry["copied"] == 3 and dry["dryRun"], f"the dry run says {dry}")
        self.lab.check(manifest(self.mirror) == before, "the dry run changed the target")
        odd = self.lab.result("copy", "--to", self.mirror, "--tag", "odd")
        self.lab.check(odd["copied"] == 1, f"one point has the tag, and not {odd['copied']}")
        rest = self.lab.result("copy", "--to", self.mirror)
        self.lab.check((rest["copied"], rest["alreadyThere"]) == (2, 1), f"the second copy says {rest}")
        again = self.lab.result("copy", "--to", self.mirror)
        self.lab.check((again["copied"], again["alreadyThere"]) == (0, 3), f"the third copy says {again}")
        self.lab.check(again["bytesStored"] == 0, "copies that were there already stored something")

    def same_facts(self) -> None:
        originals = {point["id"][:24]: point for point in self.lab.result("point", "list")["points"]}
        copies = self.in_mirror("point", "list")["points"]
        self.lab.check(len(copies) == 3, f"the mirror holds {len(copies)} points")
        # The second was copied before the first.
        began = [copy["started"] for copy in copies]
        self.lab.check(began == sorted(began), f"the mirror lists points in the order of copying: {began}")
        for copy in copies:
            original = originals[copy["id"][:24]]
            differing = [fact for fact in FACTS if copy[fact] != original[fact]]
            self.lab.check(not differing, f"the copy differs in {differing}")
            for vault, password in ((self.lab.vault, []), (self.mirror, ["--password-file", self.password])):
                target = self.lab.work / f"back {vault.name} {copy['id'][:8]}"
                self.lab.run("restore", copy["id"][:8], "--target", target, "--vault", vault, *password)
            self.lab.check(manifest(self.lab.work / f"back vault {copy['id'][:8]}") ==
                           manifest(self.lab.work / f"back mirror {copy['id'][:8]}"),
                           "the copy restores to something else")
        self.in_mirror("verify", "--depth", "data")

    def refusals(self) -> None:
        self.lab.run("copy", expect=USAGE)
        self.lab.run("copy", "--to", self.lab.vault, expect=USAGE, environment={"HBR_TO_PASSWORD": ""})
        self.lab.run("copy", "--to", self.lab.work / "none", expect=NOT_FOUND)
        self.lab.run("copy", "ffffffff", "--to", self.mirror, expect=NOT_FOUND)

    def interrupted(self) -> None:
        """Killed and interrupted copies leave a whole vault, and the next one ends the work."""
        fill(self.source / "more", 7, 40, 30_000_000)
        self.lab.run("backup", "run", self.source, "--plan", "daily")
        for number in (signal.SIGKILL, signal.SIGINT):
            left = self.uploads()
            process = self.lab.start("copy", "latest", "--to", self.mirror, "--json")
            # Progress comes once a second at most; the first store into the target is the sign to stop.
            while process.poll() is None and self.uploads() <= left:
                time.sleep(0.001)
            if number == signal.SIGKILL:
                kill(process)
            else:
                process.send_signal(number)
                process.communicate()
                self.lab.check(process.returncode in (0, 130), f"Ctrl-C ended it with {process.returncode}")
            self.in_mirror("verify", "--depth", "data")
        self.lab.run("copy", "latest", "--to", self.mirror)
        count = len(self.in_mirror("point", "list")["points"])
        self.lab.check(count == 4, f"after the interrupted copies the mirror holds {count} points and not 4")

    def uploads(self) -> set[str]:
        """What is being written into the mirror, or was when its writer was killed."""
        return {path.name for path in (self.mirror / "tmp").glob("*")}

    def damaged(self) -> None:
        """One damaged pack: its objects are named, all else comes along, and the exit code says so."""
        largest = max((path for path in (self.lab.vault / "packs").rglob("*") if path.is_file()),
                      key=lambda path: path.stat().st_size)
        content = bytearray(largest.read_bytes())
        content[len(content) // 2] ^= 1
        largest.chmod(0o600)
        largest.write_bytes(content)
        third = self.lab.work / "third"
        self.lab.run("vault", "create", third, "--name", "third")
        result = self.lab.result("copy", "latest", "--to", "third", expect=FAULTS)
        self.lab.check(result["faults"] >= 1 and result["copied"] == 1, f"the copy of a damaged point says {result}")
        self.lab.check(all(fault["object"].startswith(str(self.source)) for fault in result["firstFaults"]),
                       "a fault names no object")
        self.lab.run("verify", "--depth", "data", "--vault", "third")
        shown = self.lab.json("point", "show", "latest", "--faults", "--vault", "third")
        self.lab.check(sum(value["type"] == "fault" for value in shown) == result["faults"],
                       "the copy does not list its faults")


def main() -> int:
    with Lab(sys.argv[1]) as lab:
        copies = Copies(lab)
        copies.prepare()
        copies.points_and_filters()
        copies.same_facts()
        copies.refusals()
        copies.interrupted()
        copies.damaged()
        return lab.end()


if __name__ == "__main__":
    sys.exit(main())
