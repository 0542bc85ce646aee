# SPDX-License-Identifier: Apache-2.0
"""How the cost of hbr grows with restore points, files and chunks. No peers: a curve is read against itself."""

import shlex
import shutil
from functools import partial
from pathlib import Path

import data
from measure import MIB, Command, CommandFailed, settle
from race import vaultSize
from scenarios import Arena

POINT_COUNTS = (1, 10, 100)
FILE_COUNTS = (10_000, 100_000, 1_000_000)
CHUNK_COUNTS = (100_000, 1_000_000, 10_000_000)


def points(arena: Arena) -> None:
    """The cost of work in a vault of 1, 10 and 100 restore points; 1 % of the files change before each."""
    count, mean = arena.count(20_000), 5_000
    source = arena.work / "data" / "growing"
    if source.exists():
        data.remove(source)
    source.mkdir(parents=True)
    data.smallFiles(source, count, mean, seed=8)
    race = arena.race("curve-points", ["hbr"])
    hbr = race.programs[0]
    race.fresh(hbr)
    made = 0
    for wanted in POINT_COUNTS:
        while made < wanted - 1:
            _backUpChanged(arena, source, hbr, mean, made)
            made += 1
        data.rewriteFiles(source, 0.01, mean, seed=1000 + made)
        race.step(f"backup of point {wanted}", lambda program: program.backup(source), after=vaultSize, repeat=1)
        made += 1
        name = next(path.name for path in sorted(source.rglob("*.dat")))
        race.step(f"open at {wanted}", lambda program: program.openVault())
        race.step(f"find in the latest at {wanted}", partial(lambda name, p: p.find("latest", name), name))
        race.step(f"find in all at {wanted}", partial(lambda name, p: [p.command("find", name)], name))
        race.step(f"verify at {wanted}", lambda program: program.verify())
    race.step(f"forget half of {made} and prune",
              lambda program: program.forgetAndPrune(program.points(arena.runner)[: made // 2]), repeat=1,
              after=vaultSize)
    race.finish()
    data.remove(source)


def _backUpChanged(arena: Arena, source: Path, hbr, mean: int, turn: int) -> None:
    data.rewriteFiles(source, 0.01, mean, seed=1000 + turn)
    arena.runner.run(hbr.backup(source))


def files(arena: Arena) -> None:
    """First and unchanged backup, and restore, of 10^4, 10^5 and 10^6 files."""
    for full in FILE_COUNTS:
        count = arena.count(full)
        source = arena.store.make(f"million-{count}", partial(data.smallFiles, count=count, meanBytes=60, seed=6))
        settle(source.stat().st_ctime)
        race = arena.race("curve-files", ["hbr"])
        race.step(f"first backup of {count}", lambda program: program.backup(source), before=race.fresh,
                  after=vaultSize, repeat=1)
        race.step(f"unchanged of {count}", lambda program: program.backup(source))
        race.step(f"find in {count}", lambda program: program.find("latest", "0000050.dat"))
        race.finish()


def chunks(arena: Arena) -> None:
    """Opening and writing into a vault whose index names 10^5 to 10^7 chunks.

    Such a vault is made synthetically: index_maker.cpp, or what --index-maker names, writes index runs without the
    data. It is called with a vault made by `hbr vault create` and the number of chunks.
    """
    maker = shlex.split(arena.indexMaker)
    if not shutil.which(maker[0]):
        raise CommandFailed(f"there is no {maker[0]}: build the tests, or name another with --index-maker")
    source = arena.store.make("chunks-64", lambda folder: data.incompressible(folder / "new", 64 * MIB, seed=9))
    settle(source.stat().st_ctime)
    for full in CHUNK_COUNTS:
        count = arena.count(full)
        race = arena.race("curve-chunks", ["hbr"])
        hbr = race.programs[0]
        race.fresh(hbr)
        arena.runner.run([Command((*maker, str(hbr.vault), str(count)), hbr.environment())])
        race.step(f"open with {count}", lambda program: program.openVault())
        race.step(f"backup of 64 MiB with {count}", lambda program: program.backup(source), repeat=1)
        race.finish()
