# SPDX-License-Identifier: Apache-2.0
"""The race on an S3 server: the same programs with their vaults in buckets of one versitygw on this machine.

The server writes a line for each request; these are counted, so nothing stands between the programs and the server.
"""

import itertools
import re
import sys
from pathlib import Path

import data
import peers
import scenarios
from measure import GIB, MIB, Command, Sample, folderBytes, settle
from peers import Program
from race import Race, mustBeSame

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "s3"))
import servers  # noqa: E402

NAMES = ("hbr", "restic", "kopia")
_numbers = itertools.count(1)


class _InBucket:
    """What the programs share whose vault is in a bucket; each new vault gets a new one."""

    server: servers.Server
    bucket = ""

    def newBucket(self) -> str:
        self.bucket = f"race{next(_numbers)}"
        self.server.make_bucket(self.bucket)
        return self.bucket

    def vaultBytes(self) -> int:
        return folderBytes(Path(self.server.log.name).parent / "data" / self.bucket)


class Hbr(_InBucket, peers.Hbr):
    def environment(self) -> dict[str, str]:
        return {**super().environment(), "HBR_VAULT": self.bucket, "HBR_S3_ACCESS_KEY_ID": servers.KEY_ID,
                "HBR_S3_SECRET_ACCESS_KEY": servers.SECRET}

    def init(self) -> list[Command]:
        bucket = self.newBucket()
        return [self.command("vault", "create", f"s3://{bucket}", "--name", bucket, "--endpoint", self.server.endpoint)]


class Restic(_InBucket, peers.Restic):
    def environment(self) -> dict[str, str]:
        return {**super().environment(), "RESTIC_REPOSITORY": f"s3:{self.server.endpoint}/{self.bucket}",
                "AWS_ACCESS_KEY_ID": servers.KEY_ID, "AWS_SECRET_ACCESS_KEY": servers.SECRET}

    def init(self) -> list[Command]:
        self.newBucket()
        return super().init()


class Kopia(_InBucket, peers.Kopia):
    def init(self) -> list[Command]:
        place = ("--bucket", self.newBucket(), "--endpoint", self.server.endpoint.removeprefix("http://"),
                 "--disable-tls", "--access-key", servers.KEY_ID, "--secret-access-key", servers.SECRET)
        _, *settings = super().init()
        return [self.command("repository", "create", "s3", *place), *settings]


def _requests(server: servers.Server) -> dict[str, int]:
    """How many requests the server has had, by method."""
    counts: dict[str, int] = {}
    for method in re.findall(rb"\| +(GET|HEAD|PUT|POST|DELETE) +\|", Path(server.log.name).read_bytes()):
        counts[method.decode()] = counts.get(method.decode(), 0) + 1
    return counts


def s3(arena: scenarios.Arena) -> None:
    """Backup and restore of a real tree and noise, and how many requests a GiB of source takes."""
    size = max(16 * MIB, int(GIB * arena.scale))

    def make(folder: Path) -> None:
        data.copyTree(folder / "tree", arena.scale * 0.4)
        data.incompressible(folder / "noise", size, seed=2)

    source = arena.store.make(f"s3-{size}", make)
    if (arena.work / "s3-server").exists():
        data.remove(arena.work / "s3-server")  # of a race that was ended
    with servers.Server("versitygw", arena.work / "s3-server") as server:
        race = arena.race("s3", [name for name in NAMES if name in arena.programs])
        kinds = {"hbr": Hbr, "restic": Restic, "kopia": Kopia}
        race.programs = [kinds[program.name](program.folder, program.program) for program in race.programs]
        for program in race.programs:
            program.server = server
        scenarios.noteFacts(arena, race, source)
        settle(source.stat().st_ctime)
        _race(race, source, server, arena.results.facts["s3"]["bytes"] / GIB)
        race.finish()
    data.remove(arena.work / "s3-server")


def _race(race: Race, source: Path, server: servers.Server, gib: float) -> None:
    before: dict[str, int] = {}
    target = race.runner.folder_ / "restored"

    def note() -> None:
        before.clear()
        before.update(_requests(server))

    def counted(title: str, program: Program) -> dict[str, float]:
        made = {method: count - before.get(method, 0) for method, count in _requests(server).items()}
        race.results.facts[f"s3/{title}, {program.name}"] = {method: count for method, count in made.items() if count}
        return {"requestsPerGib": sum(made.values()) / gib}

    def emptied(_: Program) -> None:
        if target.exists():
            data.remove(target)
        target.mkdir()
        note()

    def begun(program: Program) -> None:
        race.fresh(program)
        note()

    def backedUp(program: Program, _: Sample) -> dict[str, float]:
        return {"vaultBytes": program.vaultBytes(), **counted("first backup", program)}

    def restored(program: Program, _: Sample) -> dict[str, float]:
        values = counted("full restore", program)
        mustBeSame(source, program.restoredRoot(source, target))
        return values

    points: dict[str, str] = {}
    race.step("first backup", lambda program: program.backup(source), source=source, before=begun, after=backedUp)
    race.untimed(lambda program: points.update({program.name: race.latest(program)}))
    race.step("full restore", lambda program: program.restore(points[program.name], source, target), before=emptied,
              after=restored)
    data.remove(target)
