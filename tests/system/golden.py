#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""golden.py HBR: vaults that earlier versions made open for ever: with the password and with the recovery kit, and every
restore point in them restores to what it held."""

import json
import pathlib
import shutil
import sys

from lab import Lab, manifest

GOLDENS = pathlib.Path(__file__).resolve().parents[1] / "goldens"


def check_golden(lab: Lab, golden: pathlib.Path) -> None:
    expected = json.loads((golden / "expected.json").read_text())
    vault = lab.work / golden.name
    shutil.copytree(golden / "vault", vault)
    untouched = manifest(vault)
    lab.run("verify", "--depth", "data", "--vault", vault)
    listed = [point["id"] for point in lab.result("point", "list", "--vault", vault)["points"]]
    lab.check(listed == list(expected["points"]), f"{golden.name} lists {listed}")
    for point, tree in expected["points"].items():
        target = lab.work / "restored"
        lab.run("restore", point, "--target", target, "--vault", vault)
        came = manifest(target / pathlib.Path(expected["source"]).relative_to("/"))
        lab.check(came == tree, f"{golden.name}: {point} came back otherwise")
        shutil.rmtree(target)
    lab.check(manifest(vault) == untouched, f"reading changed {golden.name}")
    if golden.name == "parity":
        check_healing(lab, vault, expected)
    kit = lab.work / "kit"
    kit.write_text(expected["recoveryKit"])
    lab.run("vault", "connect", vault, "--name", golden.name, "--recovery-kit", kit)
    # Not only read: the vault goes on.
    lab.run("backup", "run", golden, "--vault", golden.name)
    lab.run("point", "forget", listed[0], "--yes", "--vault", golden.name)
    lab.run("prune", "--yes", "--max-unused", "0", "--vault", golden.name)
    lab.run("verify", "--depth", "data", "--vault", golden.name)
    kit.unlink()


def check_healing(lab: Lab, vault: pathlib.Path, expected: dict) -> None:
    """Packs of earlier versions heal, too."""
    for pack in vault.glob("packs/*/*"):
        data = bytearray(pack.read_bytes())
        data[100] ^= 1
        pack.write_bytes(data)
    point, tree = list(expected["points"].items())[-1]
    lab.run("restore", point, "--target", lab.work / "healed", "--vault", vault)
    came = manifest((lab.work / "healed").joinpath(*pathlib.Path(expected["source"]).parts[1:]))
    lab.check(came == tree, "the golden vault with parity did not heal")
    lab.run("repair", "--yes", "--vault", vault)


def main() -> int:
    with Lab(sys.argv[1]) as lab:
        goldens = sorted(path.parent for path in GOLDENS.glob("*/expected.json"))
        lab.check(bool(goldens), "there are no golden vaults")
        for golden in goldens:
            lab.say(golden.name)
            check_golden(lab, golden)
        return lab.end()


if __name__ == "__main__":
    sys.exit(main())
