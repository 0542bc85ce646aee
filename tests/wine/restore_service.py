#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""restore_service.py HBR.exe: a backup and restores by the Windows service, through its API, under wine."""

import pathlib
import sys

from wine_lab import WineLab, windows

from lab import PASSWORD, USAGE, fill
from restore_service import Agent


def contents(folder: pathlib.Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def names_of(path: pathlib.Path) -> list[str]:
    return ["Z:", *path.parts[1:]]


def whole_way(agent: Agent, source: pathlib.Path) -> None:
    lab = agent.lab
    before = contents(source)
    agent.ask("post", "/vaults", {"name": "lab", "folder": windows(lab.vault), "password": PASSWORD})
    plan = agent.ask("post", "/plans", {"name": "files", "vault": "lab", "client": "lab", "sources": [windows(source)]})
    backup = agent.await_end(agent.ask("post", f"/plans/{plan['id']}/run")["id"])
    lab.check(backup["state"] == "completed", f"the backup ended {backup}")
    point = agent.ask("get", f"/points?plan={plan['id']}")["items"][0]

    target = lab.work / "back"
    agent.restored(point, target=windows(target), verify=True)
    lab.check(contents(target / "Z" / source.relative_to("/")) == before, "the files came back otherwise")

    key = agent.key_of(point, [*names_of(source), "ünïcode 雪"])
    changed = source / "ünïcode 雪" / "file"
    changed.write_bytes(b"changed")
    in_place = {"inPlace": True, "keys": [key], "onConflict": "overwrite"}
    agent.restore(point, expect=USAGE, **in_place)
    agent.restored(point, dryRun=True, **in_place)
    lab.check(changed.read_bytes() == b"changed", "a dry run changed something")
    agent.restored(point, confirm="lab", verify=True, **in_place)
    lab.check(contents(source) == before, "the files at their place are otherwise")


def main() -> int:
    with WineLab(sys.argv[1]) as lab:
        source = lab.work / "source"
        fill(source, seed=13, files=20, largest=50_000)
        (source / "ünïcode 雪").mkdir()
        (source / "ünïcode 雪" / "file").write_bytes(b"as it was")
        agent = Agent(lab)
        agent.start(is_handed_over=False)
        try:
            whole_way(agent, source)
        finally:
            agent.service.kill()
            agent.service.wait()
        return lab.end()


if __name__ == "__main__":
    sys.exit(main())
