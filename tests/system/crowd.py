#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""crowd.py HBR [ROUNDS [STORES [SEED]]]: two clients back up into one vault at once while a third forgets and prunes and a
fourth copies from it and into it; processes are stopped for long times, clocks are a year apart, listings are seconds
behind. STORES, separated by commas: directory versitygw minio. Nothing may be lost, and garbage must not pile up.

The seed decides what everybody does and when they are stopped; in what order processes meet decides the machine.
"""

import contextlib
import json
import pathlib
import random
import shutil
import signal
import subprocess
import sys
import time

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "s3"))
from lab import BUSY, DONE, Lab, fill, manifest  # noqa: E402
import late_proxy  # noqa: E402
import servers  # noqa: E402

ALL_STORES = ("directory", *servers.NAMES)
KEPT = 6
LOOK_AT_ALL_EVERY = 10
LATEST_S = 4.0  # how far listings are behind at most
LONGEST_STOP_S = 2.0
STOPS_EACH = 2  # while a command runs
YEAR_HOURS = 365 * 24
FAKETIME = "/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1"
MIB = 1 << 20


def alter(folder: pathlib.Path, chance: random.Random) -> None:
    """Writes some files anew. In all they stay of one size, so that garbage can be told from growth."""
    files = sorted(path for path in folder.rglob("file *") if path.is_file())
    for path in chance.sample(files, 3):
        path.write_bytes(chance.randbytes(chance.randrange(100_000)))
    (folder / f"new {chance.randrange(3)}").write_bytes(chance.randbytes(chance.randrange(400_000)))


class DirectoryPlace:
    """Vaults in folders whose listings are late."""

    def __init__(self, lab: Lab):
        self.root = lab.work / "vaults"
        self.root.mkdir()
        self.shim = lab.preloadable("late_listing.c")

    def path(self, vault: str) -> list[str]:
        return [str(self.root / vault)]

    def environment(self, chance: random.Random) -> dict[str, str]:
        return {"LD_PRELOAD": str(self.shim), "HBR_LATE_FOLDER": str(self.root),
                "HBR_LATE_MS": str(chance.randrange(int(LATEST_S * 1000)))}

    def stored_bytes(self, vault: str) -> int:
        return sum(path.stat().st_size for path in (self.root / vault).rglob("*") if path.is_file())


class BucketPlace:
    """Vaults in a bucket whose listings are late."""

    def __init__(self, proxy: late_proxy.LateProxy):
        self.proxy = proxy

    def path(self, vault: str) -> list[str]:
        return [f"s3://{self.proxy.bucket}/{vault}", "--endpoint", self.proxy.endpoint]

    def environment(self, _chance: random.Random) -> dict[str, str]:
        return {"HBR_S3_ACCESS_KEY_ID": servers.KEY_ID, "HBR_S3_SECRET_ACCESS_KEY": servers.SECRET}

    def stored_bytes(self, vault: str) -> int:
        return sum(size for key, size in self.proxy.objects().items() if key.startswith(vault + "/"))


class Client:
    """A machine with settings and a clock of its own, which runs one command at a time."""

    def __init__(self, name: str, lab: Lab, place, chance: random.Random, clock: str | None):
        self.name = name
        self.lab = lab
        self.place = place
        self.chance = chance
        self.clock = clock
        self.process: subprocess.Popen | None = None
        self.output = lab.work / f"output of {name}"
        self.go_on_at: float | None = None  # when it is to be woken
        self.stops_left = 0
        self.then = lambda _result: None
        for vault in ("shared", "mirror", "annex"):
            lab.run("vault", "connect", *place.path(vault), "--name", vault, environment=self.environment())

    def environment(self) -> dict[str, str]:
        own = {"HBR_CONFIG_DIR": str(self.lab.work / f"config of {self.name}"), "HBR_CLIENT": self.name,
               "HBR_VAULT": "shared"} | self.place.environment(self.chance)
        if self.clock:
            own |= {"FAKETIME": self.clock, "NO_FAKE_STAT": "1", "DONT_FAKE_MONOTONIC": "1",
                    "LD_PRELOAD": (own.get("LD_PRELOAD", "") + " " + FAKETIME).strip()}
        return own

    def start(self, *arguments, then) -> None:
        """Begins a command; `then` gets its exit code and result once it has ended."""
        self.then = then
        self.arguments = arguments
        self.stops_left = STOPS_EACH
        with self.output.open("w") as output, self.errors().open("w") as errors:
            self.process = subprocess.Popen([self.lab.hbr, *map(str, arguments), "--json"], stdin=subprocess.DEVNULL,
                                            stdout=output, stderr=errors, env=self.lab.environment | self.environment())

    def errors(self) -> pathlib.Path:
        return self.output.with_name(self.output.name + ", errors")

    def is_busy(self) -> bool:
        return self.process is not None

    def stop_for(self, seconds: float) -> None:
        self.stops_left -= 1
        self.process.send_signal(signal.SIGSTOP)
        self.go_on_at = time.monotonic() + seconds

    def attend(self) -> None:
        """Wakes it when its time has come, and hears what it says when it has ended."""
        if self.go_on_at is not None and time.monotonic() >= self.go_on_at:
            self.process.send_signal(signal.SIGCONT)
            self.go_on_at = None
        if self.process is None or self.process.poll() is None:
            return
        code, self.process, self.go_on_at = self.process.returncode, None, None
        lines = [line for line in self.output.read_text().splitlines() if line.startswith("{")]
        if code not in (DONE, BUSY):
            self.lab.check(False, f"{self.name}: hbr {self.arguments} ended with {code}:\n{lines[-3:]}\n"
                                  f"{self.errors().read_text()[-3000:]}")
        self.then(code, json.loads(lines[-1]) if lines else {})

    def run(self, *arguments) -> dict:
        """A command that must succeed, from beginning to end."""
        said = {}
        self.start(*arguments, then=lambda code, result: said.update(code=code, result=result))
        while self.is_busy():
            self.attend()
            time.sleep(0.002)
        self.lab.check(said["code"] == DONE, f"{self.name}: hbr {arguments} ended with {said['code']}: {said['result']}")
        return said["result"]


class Crowd:
    def __init__(self, lab: Lab, name: str, place, seed: int):
        self.lab = lab
        self.name = name
        self.place = place
        self.chance = random.Random(f"{seed} {name}")
        self.counts = dict.fromkeys(("backups", "copies", "prunes", "turned away", "stops", "long stops", "restores"), 0)
        self.promises: dict[str, dict] = {}  # points of the shared vault, and what they must restore to
        self.mirrored: dict[str, dict] = {}
        self.annexed: dict[str, dict] = {}
        self.copying: set[str] = set()
        self.largest = 0
        for vault in ("shared", "mirror", "annex"):
            lab.run("vault", "create", *place.path(vault), "--name", f"{name}-{vault}",
                    environment=place.environment(self.chance) | {"HBR_CONFIG_DIR": str(lab.work / "first config")})
        time.sleep(LATEST_S + 1)  # until listings show the vaults
        clocks = {"first": "+365d", "second": "-365d", "pruner": None, "copier": "+180d", "judge": None}
        self.clients = {who: Client(f"{name} {who}", lab, place, self.chance, clock) for who, clock in clocks.items()}
        self.judge = self.clients.pop("judge")
        self.sources = {who: lab.work / f"source of {name} {who}" for who in ("first", "second", "annex")}
        fill(self.sources["first"], 1, 40, 400_000)
        # Much in common, so that they rely on each other's chunks.
        for who in ("second", "annex"):
            shutil.copytree(self.sources["first"], self.sources[who])

    # What the clients do

    def back_up(self, who: str) -> None:
        source = self.sources[who]
        alter(source, self.chance)
        tree = (str(source), manifest(source))

        def then(code: int, result: dict) -> None:
            if code == BUSY:
                self.counts["turned away"] += 1
                return
            self.counts["backups"] += 1
            self.promises[result["point"]["id"]] = tree

        self.clients[who].start("backup", "run", source, then=then)

    def forget_and_prune(self) -> None:
        free = [point for point in self.promises if point not in self.copying]
        gone = self.chance.sample(free, max(0, min(len(free), len(self.promises) - KEPT)))
        pruner = self.clients["pruner"]
        # By its clock the others are a year off: sometimes it takes them for dead.
        patience = self.chance.choice((72, 3 * YEAR_HOURS, 3 * YEAR_HOURS))

        def pruned(code: int, _result: dict) -> None:
            self.counts["turned away" if code == BUSY else "prunes"] += 1

        def forgotten(code: int, _result: dict) -> None:
            self.lab.check(code == DONE, f"a point could not be forgotten: {code}")
            pruner.start("prune", "--yes", "--max-unused", "0", "--end-sessions-older-than", patience, then=pruned)

        for point in gone:
            del self.promises[point]
        if gone:
            pruner.start("point", "forget", *gone, "--yes", then=forgotten)
        else:
            forgotten(DONE, {})

    def copy(self) -> None:
        """Out of the shared vault, or into it."""
        is_out = bool(self.promises) and self.chance.random() < 0.5
        known, copies = (self.promises, self.mirrored) if is_out else (self.annexed, self.promises)
        point = self.chance.choice(sorted(known))
        tree = known[point]
        ends = ("shared", "mirror") if is_out else ("annex", "shared")
        self.copying.add(point)

        def then(code: int, result: dict) -> None:
            self.copying.discard(point)
            if code == BUSY:
                self.counts["turned away"] += 1
                return
            self.counts["copies"] += 1
            self.lab.check(result["copied"] + result["alreadyThere"] == 1 and result["faults"] == 0,
                           f"{self.name}: a copy says {result}")
            for copied in result["points"]:
                copies[copied["id"]] = tree

        self.clients["copier"].start("copy", point, "--vault", ends[0], "--to", ends[1], then=then)

    # What is done to them

    def stop_somebody(self) -> None:
        awake = [client for client in self.clients.values()
                 if client.is_busy() and client.go_on_at is None and client.stops_left > 0]
        if not awake or self.chance.random() > 0.1:
            return
        is_long = self.chance.random() < 0.1
        self.counts["long stops" if is_long else "stops"] += 1
        # A long one sleeps while others go on, for rounds.
        self.chance.choice(awake).stop_for(
            self.chance.uniform(2 * LONGEST_STOP_S, 5 * LONGEST_STOP_S) if is_long
            else self.chance.uniform(0.01, LONGEST_STOP_S) ** 2 / LONGEST_STOP_S)

    def wait(self, for_sleepers: bool) -> None:
        while any(client.is_busy() and (for_sleepers or client.go_on_at is None or
                                        client.go_on_at < time.monotonic() + LONGEST_STOP_S)
                  for client in self.clients.values()):
            for client in self.clients.values():
                client.attend()
            if not for_sleepers:
                self.stop_somebody()
            time.sleep(0.01)

    # What must hold

    def look(self, vault: str, promises: dict[str, dict], restored: list[str]) -> None:
        listed = {point["id"] for point in self.judge.run("point", "list", "--vault", vault)["points"]}
        self.lab.check(not set(promises) - listed, f"{self.name}: restore points are gone: {set(promises) - listed}")
        self.judge.run("verify", "--depth", "data", "--vault", vault)
        for point in restored:
            source, tree = promises[point]
            target = self.lab.work / f"restored {self.name}"
            self.judge.run("restore", point, "--target", target, "--vault", vault)
            self.lab.check(manifest(target / source.lstrip("/")) == tree, f"{self.name}: {point} came back otherwise")
            self.counts["restores"] += 1
            shutil.rmtree(target)

    def look_at_all(self) -> None:
        self.look("shared", self.promises, sorted(self.promises))
        self.look("mirror", self.mirrored, sorted(self.mirrored)[-2:])

    def round(self, number: int) -> None:
        for who in ("first", "second"):
            if not self.clients[who].is_busy():
                self.back_up(who)
        if not self.clients["pruner"].is_busy():
            self.forget_and_prune()
        if not self.clients["copier"].is_busy():
            self.copy()
        self.wait(for_sleepers=False)
        self.largest = max(self.largest, self.place.stored_bytes("shared"))
        if number % LOOK_AT_ALL_EVERY == LOOK_AT_ALL_EVERY - 1:
            self.wait(for_sleepers=True)
            self.look_at_all()
        else:
            self.look("shared", self.promises, self.chance.sample(sorted(self.promises), min(1, len(self.promises))))

    def leave_no_garbage(self) -> None:
        """Once nobody writes, what stays is little more than what the same points need in a new vault."""
        forgotten = sorted(self.promises)[:-KEPT]
        if forgotten:
            self.judge.run("point", "forget", *forgotten, "--yes")
        for point in forgotten:
            del self.promises[point]
        for _ in range(2):
            time.sleep(LATEST_S + 1)  # until listings show what is to be removed
            self.judge.run("prune", "--yes", "--max-unused", "0", "--end-sessions-older-than", "0")
        self.look_at_all()
        fresh = self.lab.work / f"fresh {self.name}"
        self.lab.run("vault", "create", fresh, "--name", f"fresh-{self.name}",
                     environment={"HBR_CONFIG_DIR": str(self.lab.work / f"config of {self.name} judge")})
        self.judge.run("copy", "--to", f"fresh-{self.name}")
        live = sum(path.stat().st_size for path in fresh.rglob("*") if path.is_file())
        left = self.place.stored_bytes("shared")
        self.lab.check(left < 1.1 * live + MIB, f"{self.name}: {left} bytes stay for {live} that are needed")
        self.lab.say(f"{self.name}: {self.counts}; {left / MIB:.1f} MiB left, {live / MIB:.1f} MiB needed, "
                     f"{self.largest / MIB:.1f} MiB at most")
        self.lab.check(self.largest < 12 * live, f"{self.name}: garbage grew to {self.largest} bytes")

    def run(self, rounds: int) -> None:
        source = self.sources["annex"]
        for number in range(3):
            alter(source, self.chance)
            point = self.judge.run("backup", "run", source, "--vault", "annex")["point"]["id"]
            self.annexed[point] = (str(source), manifest(source))
        try:
            for number in range(rounds):
                self.round(number)
                if number % 20 == 19:
                    self.lab.say(f"{self.name}: {number + 1} rounds")
            self.wait(for_sleepers=True)
        finally:
            for client in self.clients.values():
                if client.is_busy():
                    client.process.kill()
                    client.process.wait()
        self.leave_no_garbage()
        self.lab.check(self.counts["backups"] > 0 and self.counts["prunes"] > 0, f"little was done: {self.counts}")


def main() -> int:
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 8
    stores = sys.argv[3].split(",") if len(sys.argv) > 3 else ALL_STORES
    seed = int(sys.argv[4]) if len(sys.argv) > 4 else random.randrange(1 << 30)
    print(f"crowd.py {sys.argv[1]} {rounds} {','.join(stores)} {seed}", flush=True)
    with Lab(sys.argv[1]) as lab, contextlib.ExitStack() as stack:
        # What is loaded before the program comes before a sanitizer.
        lab.environment["ASAN_OPTIONS"] = "verify_asan_link_order=0:" + lab.environment["ASAN_OPTIONS"]
        for name in stores:
            started = time.monotonic()
            place = DirectoryPlace(lab) if name == "directory" else None
            if place is None:
                server = stack.enter_context(servers.Server(name, lab.work / "servers" / name))
                server.make_bucket("crowd")
                place = BucketPlace(stack.enter_context(late_proxy.LateProxy(server, "crowd", seed, 0.5, LATEST_S)))
            Crowd(lab, name, place, seed).run(rounds)
            lab.say(f"{name}: {rounds} rounds in {time.monotonic() - started:.0f} s")
        return lab.end()


if __name__ == "__main__":
    sys.exit(main())
