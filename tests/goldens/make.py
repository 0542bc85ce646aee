#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""make.py HBR FOLDER [PARITY]: makes a golden vault with this version of hbr: FOLDER/vault, and FOLDER/expected.json
with what its restore points hold. Done once for each version of the format, and once for parity (tests/goldens/parity, of
5 %); golden vaults are never made again."""

import json
import os
import pathlib
import shutil
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "system"))
from lab import Lab, fill, manifest  # noqa: E402


def first_tree(source: pathlib.Path) -> None:
    fill(source, 7, 24, 60_000)
    (source / "empty").touch()
    (source / "ünïcode ☃").write_text("snow\n", encoding="utf-8")
    os.symlink("../elsewhere", source / "symlink")
    os.link(source / "empty", source / "other name")
    with (source / "sparse").open("wb") as file:
        file.seek(300_000)
        file.write(b"end")
    (source / "pages").write_bytes(bytes(range(256)) * 1024)
    for number, path in enumerate(sorted(source.rglob("*"))):
        os.utime(path, ns=(0, 1_600_000_000_123_456_789 + number * 1_000_000_007), follow_symlinks=False)


def main() -> int:
    folder = pathlib.Path(sys.argv[2])
    folder.mkdir(parents=True)
    with Lab(sys.argv[1]) as lab:
        source = lab.work / "source"
        first_tree(source)
        lab.create_vault()
        if len(sys.argv) > 3:
            lab.run("vault", "set", "--parity", sys.argv[3])
        expected = {}
        for change in (lambda: None, lambda: (source / "folder 1" / "added").write_text("later\n")):
            change()
            lab.run("backup", "run", source, "--client", "golden", "--fixed-pages", "pages", "--tag", "golden")
            point = lab.result("point", "list")["points"][-1]["id"]
            expected[point] = manifest(source)
        kit = lab.run("key", "recovery-kit").stdout
        (folder / "expected.json").write_text(
            json.dumps({"source": str(source), "recoveryKit": kit, "points": expected}, indent=1) + "\n")
        shutil.copytree(lab.vault, folder / "vault")
        return lab.end()


if __name__ == "__main__":
    sys.exit(main())
