#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Compares the error codes in the sources with the table in agent/doc/errors.md, both ways.

Exits 1 and prints the differences: codes that the program uses and the table lacks, codes that the table
explains and no code uses, codes that a comment mentions and no code uses, and rows that are there twice.
"""

import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
FOLDERS = ("agent", "connectors", "platform")
TABLE = ROOT / "agent/doc/errors.md"
CODE = r"[A-Z]{2,}-\d{4}"


def codes_in_sources():
    """Two maps from code to its first place: those in code, and those in comments."""
    used, mentioned = {}, {}
    for folder in FOLDERS:
        for path in sorted((ROOT / folder).rglob("*.[ch]pp")):
            for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
                place = f"{path.relative_to(ROOT)}:{number}"
                code, _, comment = line.partition("//")
                for found in re.findall(f'"({CODE})"', code):
                    used.setdefault(found, place)
                for found in re.findall(rf"\b({CODE})\b", comment):
                    mentioned.setdefault(found, place)
    return used, mentioned


def main():
    used, mentioned = codes_in_sources()
    rows = re.findall(rf"^\| ({CODE}) \|", TABLE.read_text(encoding="utf-8"), re.MULTILINE)
    explained = set(rows)
    problems = [f"{code} is used ({used[code]}) and not explained" for code in sorted(used.keys() - explained)]
    problems += [f"{code} is explained and not used" for code in sorted(explained - used.keys())]
    problems += [f"{code} is mentioned ({mentioned[code]}) and not used"
                 for code in sorted(mentioned.keys() - used.keys())]
    problems += [f"{code} has {rows.count(code)} rows" for code in sorted(explained) if rows.count(code) > 1]
    for problem in problems:
        print(f"{TABLE.relative_to(ROOT)}: {problem}", file=sys.stderr)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
