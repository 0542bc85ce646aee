# SPDX-License-Identifier: Apache-2.0
"""wine_lab.py: a lab (tests/system/lab.py) whose program is the Windows one, under wine. Shared by the tests here."""

import os
import pathlib
import sys

sys.dont_write_bytecode = True
TESTS = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(TESTS / "system"))
from lab import Lab  # noqa: E402

WINE_RUN = TESTS / "wine" / "wine_run.sh"


def windows(path: pathlib.Path) -> str:
    """The path as the Windows program sees it; wine shows the host's root as drive Z:."""
    return "Z:" + str(path).replace("/", "\\")


class WineLab(Lab):
    """Paths among the program's arguments may be given as the host's."""

    def __init__(self, hbr: str):
        super().__init__(hbr)
        program = self.work / "hbr"
        program.write_text(f'#!/bin/sh\nexec "{WINE_RUN}" "{self.hbr}" "$@"\n')
        program.chmod(0o755)
        self.hbr = str(program)
        self.environment |= {name: os.environ[name] for name in ("HOME", "XDG_CACHE_HOME", "HBR_WINEPREFIX")
                             if name in os.environ}
        self.environment["LANG"] = "C.UTF-8"  # or wine drops letters of arguments
        for folder in ("config", "state"):
            self.environment[f"HBR_{folder.upper()}_DIR"] = windows(self.work / folder)

    def argument(self, value: object) -> str:
        return windows(value) if isinstance(value, pathlib.PurePath) else str(value)
