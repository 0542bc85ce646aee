#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""golden.py HBR: vaults that earlier versions made open for ever: with the password and with the recovery kit, and every
restore point in them restores to what it held."""

import json
import pathlib
import shutil
import sys

from lab import DONE, FAULTS, Lab, manifest

GOLDENS = pathlib.Path(__file__).resolve().parents[1] / "goldens"


class SystemOfTheGoldens:
    """What of a golden vault's objects the system keeps that they are restored on: all, on the one they come from."""

    faults = 0

    def kept(self, tree: dict[str, str]) -> dict[str, str]:
        return tree


def restores(lab: Lab, vault: pathlib.Path, point: str, expected: dict, system: SystemOfTheGoldens) -> bool:
    target = lab.work / "restored"
    done = lab.result("restore", point, "--target", target, "--vault", vault,
                      expect=FAULTS if system.faults else DONE)
    came = manifest(target / pathlib.Path(expected["source"]).relative_to("/"))
    shutil.rmtree(target, ignore_errors=True)
    return done.get("faults") == system.faults and system.kept(came) == system.kept(expected["points"][point])


def check_golden(lab: Lab, golden: pathlib.Path, system: SystemOfTheGoldens) -> None:
    expected = json.loads((golden / "expected.json").read_text())
    vault = lab.work / golden.name
    shutil.copytree(golden / "vault", vault)
    untouched = manifest(vault)
    lab.run("verify", "--depth", "data", "--vault", vault)
    listed = [point["id"] for point in lab.result("point", "list", "--vault", vault)["points"]]
    lab.check(listed == list(expected["points"]), f"{golden.name} lists {listed}")
    for point in expected["points"]:
        lab.check(restores(lab, vault, point, expected, system), f"{golden.name}: {point} came back otherwise")
    lab.check(manifest(vault) == untouched, f"reading changed {golden.name}")
    if golden.name == "parity":
        check_healing(lab, vault, expected, system)
    kit = lab.work / "kit"
    kit.write_text(expected["recoveryKit"])
    lab.run("vault", "connect", vault, "--name", golden.name, "--recovery-kit", kit)
    # Not only read: the vault goes on.
    lab.run("backup", "run", golden, "--vault", golden.name)
    lab.run("point", "forget", listed[0], "--yes", "--vault", golden.name)
    lab.run("prune", "--yes", "--max-unused", "0", "--vault", golden.name)
    lab.run("verify", "--depth", "data", "--vault", golden.name)
    kit.unlink()


def check_healing(lab: Lab, vault: pathlib.Path, expected: dict, system: SystemOfTheGoldens) -> None:
    """Packs of earlier versions heal, too."""
    for pack in vault.glob("packs/*/*"):
        data = bytearray(pack.read_bytes())
        data[100] ^= 1
        pack.write_bytes(data)
    point = list(expected["points"])[-1]
    lab.check(restores(lab, vault, point, expected, system), "the golden vault with parity did not heal")
    lab.run("repair", "--yes", "--vault", vault)


def check_goldens(lab: Lab, system: SystemOfTheGoldens) -> None:
    goldens = sorted(path.parent for path in GOLDENS.glob("*/expected.json"))
    lab.check(bool(goldens), "there are no golden vaults")
    for golden in goldens:
        lab.say(golden.name)
        check_golden(lab, golden, system)


def main() -> int:
    with Lab(sys.argv[1]) as lab:
        check_goldens(lab, SystemOfTheGoldens())
        return lab.end()


if __name__ == "__main__":
    sys.exit(main())
