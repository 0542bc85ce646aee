# SPDX-License-Identifier: Apache-2.0
"""The races: which data, which pieces of work, in which order."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import data
import peers
from measure import GIB, MIB, Command, CommandFailed, Runner, Sample, settle
from peers import Program
from race import Race, Results, Store, mustBeSame, say, vaultSize


@dataclass
class Arena:
    """What every scenario needs: where to work, who races, and how much."""

    work: Path
    runner: Runner
    results: Results
    programs: list[str]
    isPeersAsked: bool
    hbr: str
    scale: float
    repeat: int
    incompressibleGib: float
    indexMaker: str

    @property
    def store(self) -> Store:
        return Store(self.work / "data")

    def race(self, name: str, programs: list[str] | None = None) -> Race:
        chosen = peers.contestants(programs or self.programs, self.work / "vaults" / name, self.hbr)
        return Race(name, chosen, self.runner, self.results, self.repeat)

    def count(self, full: int) -> int:
        return max(100, int(full * self.scale))


def _firstBackups(race: Race, source: Path, repeat: int | None = None, fixedPages: bool = False) -> None:
    race.step("first backup", lambda program: program.backup(source, fixedPages), source=source, before=race.fresh,
              after=vaultSize, repeat=repeat)


def _fullRestores(race: Race, source: Path) -> None:
    target = race.runner.folder_ / "restored"

    def before(program: Program) -> None:
        if target.exists():
            data.remove(target)
        target.mkdir()

    def after(program: Program, _: Sample) -> dict[str, float]:
        mustBeSame(source, program.restoredRoot(source, target))
        return {}

    race.step("full restore", lambda program: program.restore(race.latest(program), source, target), before=before,
              after=after)
    data.remove(target)


def _oneFile(race: Race, source: Path, path: Path) -> None:
    """Restores one file into a folder, and prints it."""
    target = race.runner.folder_ / "one"

    def before(program: Program) -> None:
        if target.exists():
            data.remove(target)
        target.mkdir()

    def restored(program: Program, _: Sample) -> dict[str, float]:
        found = [each for each in target.rglob(path.name) if each.is_file()]
        if len(found) != 1:
            raise CommandFailed(f"{len(found)} files were restored instead of one")
        mustBeSame(path, found[0])
        return {}

    def printed(program: Program, sample: Sample) -> dict[str, float]:
        mustBeSame(path, sample.output)
        return {}

    race.step("restore one file", lambda program: program.restoreOne(race.latest(program), source, path, target),
              before=before, after=restored)
    race.step("cat one file", lambda program: program.cat(race.latest(program), source, path), after=printed)
    data.remove(target)


def _find(race: Race, name: str) -> None:
    def after(_: Program, sample: Sample) -> dict[str, float]:
        if name.encode() not in sample.output.read_bytes():
            raise CommandFailed(f"'{name}' was not found")
        return {}

    race.step("find by name", lambda program: program.find(race.latest(program), name), after=after)


def _middleFile(source: Path) -> Path:
    """A file of 10 to 100 KiB with a plain name, from the middle of the tree."""
    def fits(path: Path) -> bool:
        plain = re.fullmatch(r"[\w.-]{8,}", path.name) is not None
        return plain and path.is_file() and not path.is_symlink() and 10_000 < path.stat().st_size < 100_000

    fitting = sorted(path for path in source.rglob("*") if fits(path))
    return fitting[len(fitting) // 2]


def noteFacts(arena: Arena, race: Race, source: Path) -> None:
    """Notes how much was raced with, for the report and for values per GiB."""
    files = [path for path in source.rglob("*") if not path.is_dir()]
    size = sum(path.lstat().st_size for path in files)
    arena.results.facts[race.scenario] = {"files": len(files), "bytes": size}
    say(f"{race.scenario}: {len(files)} files, {size / MIB:.0f} MiB")


def tree(arena: Arena) -> None:
    """A real tree: back up, back up again, look into it, restore, verify."""
    source = arena.store.make(f"tree-{arena.scale:g}", partial(data.copyTree, scale=arena.scale))
    race = arena.race("tree")
    noteFacts(arena, race, source)
    settle(source.stat().st_ctime)
    _firstBackups(race, source)
    race.step("unchanged", lambda program: _notACopy(program).backup(source), source=source, after=vaultSize)
    race.step("open", lambda program: program.openVault())
    _fullRestores(race, source)
    wanted = _middleFile(source)
    _oneFile(race, source, wanted)
    _find(race, wanted.name)
    race.step("verify", lambda program: program.verify())
    race.finish()


def _notACopy(program: Program) -> Program:
    """Leaves `cp -a` out of a step that it has nothing to compare with."""
    if program.isLimit:
        raise peers.Unsupported
    return program


def incompressible(arena: Arena) -> None:
    """Noise, as media and archives are, and a small file to look up in the large vault."""
    size = max(16 * MIB, int(arena.incompressibleGib * GIB * arena.scale))

    def make(folder: Path) -> None:
        data.incompressible(folder / "noise", size, seed=2)
        data.incompressible(folder / "small.bin", 50_000, seed=3)

    source = arena.store.make(f"incompressible-{size}", make)
    race = arena.race("incompressible")
    noteFacts(arena, race, source)
    settle(source.stat().st_ctime)
    _firstBackups(race, source)
    race.step("open", lambda program: program.openVault())
    _oneFile(race, source, source / "small.bin")
    _fullRestores(race, source)
    race.step("verify", lambda program: program.verify())
    race.finish()


def _databaseRace(arena: Arena, name: str, change: Callable[[Path, float, int], None], fixedPages: bool) -> None:
    size = max(32 * MIB, int(GIB * arena.scale))
    share = 0.01

    def make(folder: Path) -> None:
        data.database(folder / "table.db", size, seed=4)

    master = arena.store.make(f"database-{size}", make)
    source = arena.work / "data" / f"{name}-changing"
    if source.exists():
        data.remove(source)
    arena.runner.run([Command(("cp", "-a", str(master), str(source)))])
    race = arena.race(name, [each for each in arena.programs if each != "cp"])
    noteFacts(arena, race, source)
    _firstBackups(race, source, repeat=1, fixedPages=fixedPages)
    for turn in range(arena.repeat):
        change(source / "table.db", share, 100 + turn)
        before: dict[str, int] = {}

        def note(program: Program, before: dict[str, int] = before) -> None:
            before[program.name] = program.vaultBytes()

        def growth(program: Program, _: Sample, before: dict[str, int] = before) -> dict[str, float]:
            now = program.vaultBytes()
            # What these pages would cost if nothing but them were stored.
            worth = share * arena.results.median(f"{name}/first backup", program.name, "vaultBytes")
            return {"vaultBytes": now, "newShare": (now - before[program.name]) / worth}

        race.step("1 % changed", lambda program: program.backup(source, fixedPages), source=source, before=note,
                  after=growth, repeat=1)
    race.finish()
    data.remove(source)


def databaseInPlace(arena: Arena) -> None:
    """A file of 16 KiB pages, of which 1 % are overwritten where they lie; hbr with --fixed-pages."""
    _databaseRace(arena, "database-in-place", data.changePages, fixedPages=True)


def databaseInserted(arena: Arena) -> None:
    """The same file with 1 % of new pages put in between, which moves all others."""
    _databaseRace(arena, "database-inserted", data.insertPages, fixedPages=False)


def smallFiles(arena: Arena) -> None:
    """200,000 files of 2 KiB on average."""
    count = arena.count(200_000)
    source = arena.store.make(f"small-{count}", partial(data.smallFiles, count=count, meanBytes=2000, seed=5))
    race = arena.race("small-files")
    noteFacts(arena, race, source)
    settle(source.stat().st_ctime)
    _firstBackups(race, source)
    race.step("unchanged", lambda program: _notACopy(program).backup(source), source=source, after=vaultSize)
    _fullRestores(race, source)
    race.finish()


class FindWalk(Program):
    """The limit for a run that finds nothing changed: one look at each file, and nothing else."""

    name = "find"
    isLimit = True

    def init(self) -> list[Command]:
        return []

    def backup(self, source: Path, fixedPages: bool = False) -> list[Command]:
        return [self.command(source, "-printf", "%s %T@\\n")]


def million(arena: Arena) -> None:
    """1,000,000 files, unchanged, beside `find` on them; the peers race only when they are named."""
    count = arena.count(1_000_000)
    source = arena.store.make(f"million-{count}", partial(data.smallFiles, count=count, meanBytes=60, seed=6))
    asked = [name for name in arena.programs if name != "cp"] if arena.isPeersAsked else ["hbr"]
    race = arena.race("million", asked)
    noteFacts(arena, race, source)
    settle(source.stat().st_ctime)
    _firstBackups(race, source, repeat=1)
    race.programs.append(FindWalk(arena.work / "vaults" / "million" / "find", "find"))
    race.step("unchanged", lambda program: program.backup(source), source=None, after=vaultSize,
              before=lambda _: arena.runner.run([Command(("find", str(source), "-printf", "%s %T@\\n"))]))
    race.finish()


def prune(arena: Arena) -> None:
    """Six restore points of a tree of which 10 % change each time; then the older half is forgotten."""
    count, mean, points = arena.count(20_000), 50_000, 6
    source = arena.work / "data" / "churning"
    if source.exists():
        data.remove(source)
    source.mkdir(parents=True)
    say("making churning")
    data.smallFiles(source, count, mean, seed=7)
    race = arena.race("prune", [name for name in arena.programs if name != "cp"])
    noteFacts(arena, race, source)
    race.untimed(race.fresh)
    for turn in range(points):
        if turn > 0:
            data.rewriteFiles(source, 0.10, mean, seed=70 + turn)
        race.untimed(lambda program: arena.runner.run(program.backup(source)))

    def forgetHalf(program: Program) -> list[Command]:
        return program.forgetAndPrune(program.points(arena.runner)[: points // 2])

    def note(program: Program) -> None:
        say(f"prune: {program.name} starts with {program.vaultBytes() / MIB:.0f} MiB")

    # Only once: a second time there is nothing left to remove.
    race.step("forget half and prune", forgetHalf, before=note, after=vaultSize, repeat=1)
    race.repeat = 1
    _fullRestores(race, source)
    race.finish()
    data.remove(source)
