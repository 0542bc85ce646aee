#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""golden_vaults.py HBR.exe: what tests/system/golden.py does, with the Windows program under wine. Golden vaults come
from Linux; their restore points restore to what Windows keeps of them."""

import sys

from wine_lab import WineLab  # also lets tests/system be found
from golden import SystemOfTheGoldens, check_goldens


class Windows(SystemOfTheGoldens):
    """It has no modes, and times of 100 ns."""

    # wine has no symbolic links, of which there is one.
    faults = 1

    def kept(self, tree: dict[str, str]) -> dict[str, str]:
        kept = {}
        for path, facts in tree.items():
            mode, nanoseconds, *content = facts.split(" ")
            if not mode.startswith("l"):
                kept[path] = " ".join([mode[0], str(int(nanoseconds) // 100), *content])
        return kept


def main() -> int:
    with WineLab(sys.argv[1]) as lab:
        check_goldens(lab, Windows())
        return lab.end()


if __name__ == "__main__":
    sys.exit(main())
