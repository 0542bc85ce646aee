#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""search.py HBR: the index of paths with real vaults and a real service.

Each version is found within the points that have it, and in no other; a forgotten point is found no more; an index that is
lost or damaged, or whose update was killed, is made again; names may hold anything.
"""

import os
import pathlib
import random
import shutil
import signal
import subprocess
import sys
import time

from lab import BUSY, DONE, NOT_FOUND, Lab, fill

LONG = 120  # seconds after which something will never happen
HOSTILE = [b"line\nbreak.txt", b"\xff\xfe\x80.txt", b"'quoted' $(name).txt", "Ärger größer.txt".encode(), b"<img src=x>.txt"]


def find(lab: Lab, text: str, *options, expect: int = DONE) -> list[dict]:
    return lab.result("search", "find", text, *options, expect=expect).get("items", [])


def versions_of(lab: Lab, text: str, *options) -> dict[int, int]:
    """Of the only path that is found: how many points have each size."""
    found = find(lab, text, *options)
    lab.check(len(found) == 1, f"{text} is found {len(found)} times: {[path['path'] for path in found]}")
    return {version["sizeBytes"]: version["points"] for version in found[0]["versions"]} if found else {}


def index_folder(lab: Lab) -> pathlib.Path:
    return next(path for path in (lab.work / "state" / "paths").iterdir() if path.is_dir())


def by_hand(lab: Lab, source: pathlib.Path) -> None:
    """Backups and updates one after the other, without a service."""
    note = source / "notes" / "Plan.txt"
    note.parent.mkdir()
    for name in HOSTILE:
        (note.parent / os.fsdecode(name)).write_bytes(b"x")
    points = []
    for size in (10, 10, 2000, 0, 10):
        if size == 0:
            note.unlink()
        elif not note.exists() or note.stat().st_size != size:
            note.write_bytes(b"x" * size)
            os.utime(note, (1_700_000_000 + size, 1_700_000_000 + size))
        points.append(lab.result("backup", "run", source)["point"]["id"])
        lab.run("search", "update")
    lab.check(versions_of(lab, "plan.TXT") == {10: 3, 2000: 1}, f"the versions are {versions_of(lab, 'plan.TXT')}")
    lab.check(versions_of(lab, '"Plan.txt"', "--least-size", "1K") == {2000: 1}, "a size range does not narrow it down")
    lab.check(versions_of(lab, "notes/plan.*", "--modified-until", "2023-11-14T22:13:40Z") == {10: 3}, "nor does a time")
    lab.check(find(lab, '"plan.txt"', expect=NOT_FOUND) == [], "quotes do not tell cases apart")
    found = find(lab, "Plan.txt")[0]["versions"][1 if find(lab, "Plan.txt")[0]["versions"][0]["sizeBytes"] == 10 else 0]
    lab.check(found["newestPoint"]["id"].startswith(points[2][:8]), f"2000 bytes are in {found}, not in {points[2]}")
    lab.check(len(find(lab, ".txt", "--kind", "file")) == 1 + len(HOSTILE), "hostile names are not all found")
    for path in find(lab, ".txt"):
        key = bytes.fromhex(path["key"]).replace(b"\0", b"/")
        lab.check(key.rpartition(b"/")[2] in [*HOSTILE, b"Plan.txt"], f"the key {key} is of no file")
    lab.check(len(find(lab, "ÄRGER")) == 1, "capital letters with dots are others")
    lab.run("point", "forget", points[2], "--prune", "--yes")
    lab.run("search", "update")
    lab.check(versions_of(lab, "Plan.txt") == {10: 3}, "a forgotten point is found")


def compare_with_find(lab: Lab) -> None:
    """'hbr find' reads the vault itself."""
    for pattern in ("*1*", "folder 3", "FILE 2"):
        told = {line["path"] for line in lab.json("find", pattern)}
        found: set[str] = set()
        cursor = ""
        while True:
            page = lab.result("api", "get", f"/search?limit=100&text={pattern.replace(' ', '%20')}{cursor}")
            found |= {path["path"] for path in page["items"]}
            if page["next"] is None:
                break
            cursor = f"&cursor={page['next']}"
        lab.check(bool(told) and told == found, f"{pattern}: find and search differ in {sorted(told ^ found)[:5]}")


def damaged(lab: Lab) -> None:
    chance = random.Random(3)
    for number in range(8):
        files = sorted(index_folder(lab).iterdir())
        file = files[number % len(files)]
        content = bytearray(file.read_bytes())
        content[chance.randrange(len(content))] ^= 1 << chance.randrange(8)
        file.write_bytes(content)
        lab.run("search", "find", "Plan.txt", expect=None)
        lab.run("search", "update")
        lab.check(versions_of(lab, "Plan.txt") == {10: 3}, f"with a damaged {file.name} it finds something else")
    shutil.rmtree(index_folder(lab))
    lab.check("nothing can be searched" in lab.run("search", "find", "Plan.txt", expect=NOT_FOUND).stderr,
              "it does not say that there is no index")
    lab.run("search", "update")
    lab.check(versions_of(lab, "Plan.txt") == {10: 3}, "an index that was deleted is not made again")


def killed(lab: Lab) -> None:
    """However an update ends, the next one goes on, and what is found is right or nothing."""
    chance = random.Random(5)
    for _ in range(12):
        shutil.rmtree(index_folder(lab))
        process = lab.start("search", "update")
        time.sleep(chance.random() * 0.15)
        process.kill()
        process.communicate()
        for path in lab.result("search", "find", "Plan.txt", expect=None).get("items", []):
            sizes = {version["sizeBytes"]: version["points"] for version in path["versions"]}
            lab.check(set(sizes) == {10} and sizes[10] <= 3, f"after a kill it finds {sizes}")
        lab.run("search", "update")
        lab.check(versions_of(lab, "Plan.txt") == {10: 3}, "an update after a killed one finds something else")
    left = [path.name for path in index_folder(lab).iterdir() if path.name not in ("manifest",)]
    lab.check(all(name.endswith(".paths") for name in left), f"something is left over: {left}")


def one_at_a_time(lab: Lab) -> None:
    shutil.rmtree(index_folder(lab))
    both = [lab.start("search", "update") for _ in range(2)]
    ended = sorted(process.wait(timeout=LONG) for process in both)
    lab.check(ended in ([DONE, DONE], [DONE, BUSY]), f"two updates at once ended with {ended}")
    lab.check(versions_of(lab, "Plan.txt") == {10: 3}, "two updates at once find something else")


def with_a_service(lab: Lab, source: pathlib.Path) -> None:
    def await_that(holds, what: str) -> None:
        end = time.monotonic() + LONG
        while not holds():
            if time.monotonic() > end:
                raise TimeoutError(f"it never happened that {what}")
            time.sleep(0.2)

    def is_made() -> bool:
        # The catalogue hears only at its next listing that a point was forgotten by hand: it takes the index for behind.
        return lab.result("search", "status")["items"][0]["state"] in ("ready", "behind")

    lab.run("plan", "add", "files", "--vault", "lab", source)
    shutil.rmtree(index_folder(lab))
    service = subprocess.Popen([lab.hbr, "service", "run", "--port", "0"], env=lab.environment, stdin=subprocess.DEVNULL,
                               stderr=subprocess.DEVNULL)
    try:
        await_that(is_made, "the service makes a lost index again")
        (source / "brand new.dat").write_bytes(b"x" * 77)
        lab.run("plan", "run", "files")
        await_that(lambda: find(lab, "brand new", expect=None), "a backup by the service can be searched")
        lab.check(versions_of(lab, "brand new") == {77: 1}, "the new file is found as another one")
        # A point that is deleted is found no more, even before the index hears of it.
        newest = find(lab, "brand new")[0]["versions"][0]["newestPoint"]["id"]
        lab.run("point", "forget", newest, "--yes")
        file = next(path for path in index_folder(lab).iterdir() if path.suffix == ".paths")
        content = bytearray(file.read_bytes())
        content[len(content) // 2:] = bytes(len(content) - len(content) // 2)
        file.write_bytes(content)
        lab.run("search", "find", "Plan.txt", expect=None)
        await_that(is_made, "the service makes a damaged index again")
        await_that(lambda: find(lab, "brand new", expect=None) == [], "what was forgotten is found no more")
        lab.check(versions_of(lab, "Plan.txt") == {10: 3}, "the index that the service made finds something else")
    finally:
        service.send_signal(signal.SIGTERM)
        service.wait(timeout=LONG)


def main() -> int:
    with Lab(sys.argv[1]) as lab:
        source = lab.work / "source"
        fill(source, seed=7, files=400, largest=2000)
        lab.create_vault()
        by_hand(lab, source)
        compare_with_find(lab)
        damaged(lab)
        killed(lab)
        one_at_a_time(lab)
        with_a_service(lab, source)
        return lab.end()


if __name__ == "__main__":
    sys.exit(main())
