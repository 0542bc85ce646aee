#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""kill_loop.py HBR [ROUNDS]: kills hbr with SIGKILL at random moments of backups, prunes and repairs.

After every kill the vault opens and verifies; what was acknowledged restores; in the end nothing is lost and no
garbage stays.
"""

import random
import shutil
import subprocess
import sys
import time

from lab import Lab, change, fill, kill, manifest

KEPT = 5
DEEP_LOOK_EVERY = 20


class KillLoop:
    def __init__(self, lab: Lab, seed: int):
        self.lab = lab
        self.chance = random.Random(seed)
        self.source = lab.work / "source"
        self.promises: dict[str, dict] = {}  # id of a restore point, and what it must restore to
        self.killed = 0
        self.longest = {"backup": 1.0, "prune": 0.5, "repair": 0.5}

    def points(self) -> set[str]:
        return {value["id"] for value in self.lab.result("point", "list")["points"]}

    def kill_somewhere(self, verb: str, *arguments) -> bool:
        """True when the command came to its end first."""
        started = time.monotonic()
        process = self.lab.start(*arguments)
        try:
            output, errors = process.communicate(timeout=self.chance.uniform(0, self.longest[verb]))
        except subprocess.TimeoutExpired:
            kill(process)
            self.killed += 1
            return False
        self.longest[verb] = max(0.05, (self.longest[verb] + time.monotonic() - started) / 2)
        self.lab.check(process.returncode == 0, f"hbr {arguments} failed:\n{output}{errors}")
        return True

    def back_up(self) -> None:
        change(self.source, self.chance.randrange(1 << 30))
        tree = manifest(self.source)
        before = self.points()
        acknowledged = self.kill_somewhere("backup", "backup", "run", self.source, "--json")
        made = self.points() - before
        self.lab.check(len(made) == 1 or not acknowledged, "a backup was acknowledged and its restore point is gone")
        # A kill right after the last word leaves a point that nobody was told of; it must be as good as any.
        for point in made:
            self.promises[point] = tree

    def forget_and_prune(self) -> None:
        while len(self.promises) > KEPT:
            point = self.chance.choice(list(self.promises))
            self.lab.run("point", "forget", point, "--yes")
            del self.promises[point]
        self.kill_somewhere("prune", "prune", "--yes", "--max-unused", "0")

    def repair(self) -> None:
        self.kill_somewhere("repair", "repair", "--rebuild-index", "--yes")

    def look(self, deeply: bool) -> None:
        lost = set(self.promises) - self.points()
        self.lab.check(not lost, f"restore points are gone: {lost}")
        self.lab.run("verify", "--depth", "data" if deeply else "structure")
        for point in list(self.promises) if deeply else self.chance.sample(list(self.promises), 1):
            target = self.lab.work / "restored"
            self.lab.run("restore", point, "--target", target)
            same = manifest(target / self.source.relative_to("/")) == self.promises[point]
            self.lab.check(same, f"restore point {point} came back otherwise")
            shutil.rmtree(target)

    def run(self, rounds: int) -> None:
        fill(self.source, 1, 60, 4_000_000)
        self.lab.create_vault()
        self.lab.run("backup", "run", self.source)
        self.promises = {next(iter(self.points())): manifest(self.source)}
        number = 0
        while self.killed < rounds:
            number += 1
            self.chance.choices([self.back_up, self.forget_and_prune, self.repair], [6, 3, 1])[0]()
            self.look(deeply=number % DEEP_LOOK_EVERY == 0)
        self.lab.run("prune", "--yes", "--max-unused", "0")
        self.lab.run("prune", "--yes", "--max-unused", "0", "--end-sessions-older-than", "0")
        self.look(deeply=True)
        left = self.lab.result("prune", "--yes", "--max-unused", "0")
        self.lab.check(left["bytesRemoved"] == 0, f"garbage stays: {left}")


def main() -> int:
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 200
    seed = random.randrange(1 << 30) if len(sys.argv) <= 3 else int(sys.argv[3])
    print(f"kill_loop.py {sys.argv[1]} {rounds} {seed}", flush=True)
    with Lab(sys.argv[1]) as lab:
        loop = KillLoop(lab, seed)
        loop.run(rounds)
        lab.say(f"killed {loop.killed} times; {len(loop.promises)} restore points kept")
        return lab.end()


if __name__ == "__main__":
    sys.exit(main())
