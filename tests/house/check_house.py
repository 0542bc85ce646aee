#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""check_house.py: the rules of the house that a program can check. Prints each breach and exits 1 when there is one.

Which folder may include which is told by MAY_INCLUDE; agent/ARCHITECTURE.md says why.
"""

import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
SOURCE_SUFFIXES = {".cpp", ".hpp", ".cc"}
PAGE_SUFFIXES = {".ts", ".tsx", ".mjs", ".css"}
LICENCE_LINES = ("// SPDX-License-Identifier: Apache-2.0", "/* SPDX-License-Identifier: Apache-2.0 */")
MOST_LINES = 600
LONGEST_LINE = 120

# Folder -> folders whose headers it may include. The first folder that a path begins with counts.
MAY_INCLUDE = {
    "platform/base": {"platform/base"},
    "platform/linux": {"platform", "platform/base", "platform/linux"},
    "platform/windows": {"platform", "platform/base", "platform/windows"},
    "platform": {"platform", "platform/base"},
    "connectors/files": {"connectors", "connectors/files", "platform", "platform/base"},
    "connectors": {"connectors", "platform", "platform/base"},
    "agent/vault": {"agent/vault", "platform", "platform/base"},
    "agent/s3": {"agent/s3", "agent/vault", "platform", "platform/base"},
    "agent/registration": {"agent/registration", "agent/s3", "agent/vault", "platform", "platform/base"},
    "agent/client": {"agent/client", "agent/config", "agent/registration", "agent/s3", "agent/vault", "platform",
                     "platform/base"},
    "agent/engine": {"agent/engine", "agent/vault", "connectors", "platform", "platform/base"},
    "agent/mount": {"agent/mount", "agent/vault", "connectors", "connectors/files", "platform", "platform/base"},
    "agent/scheduler": {"agent/scheduler", "platform", "platform/base"},
    "agent/search": {"agent/search", "agent/catalogue", "agent/vault", "connectors", "connectors/files", "platform",
                     "platform/base"},
    "agent/json": {"agent/json", "platform/base"},
    "agent/alerts": {"agent/alerts", "agent/catalogue", "agent/scheduler", "platform", "platform/base"},
    "agent/api": {"agent/api", "agent/alerts", "agent/catalogue", "agent/client", "agent/config", "agent/json",
                  "agent/scheduler", "agent/search", "agent/service", "agent/vault", "connectors", "platform",
                  "platform/base"},
    "agent/web": {"agent/web", "agent/api", "agent/config", "agent/json", "platform", "platform/base"},
    "agent/service": {"agent/service", "agent/alerts", "agent/catalogue", "agent/scheduler", "agent/config", "agent/json",
                      "agent/vault", "platform", "platform/base"},
    "agent/catalogue": {"agent/catalogue", "agent/json", "agent/scheduler", "agent/vault", "platform", "platform/base"},
    "agent/config": {"agent/config", "platform", "platform/base"},
    "agent/app": {"agent/app", "agent/api", "agent/client", "agent/config", "agent/engine", "agent/json", "agent/mount",
                  "agent/registration", "agent/s3", "agent/scheduler", "agent/search", "agent/service", "agent/vault",
                  "agent/web", "connectors",
                  "connectors/files", "platform",
                  "platform/base"},
}
PROJECT_FOLDERS = ("agent/", "connectors/", "platform/", "tests/")
INCLUDE = re.compile(r'^\s*#\s*include\s*[<"]([^>"]+)[>"]', re.MULTILINE)
SYSTEM_SWITCH = re.compile(r"^\s*#\s*(if|ifdef|ifndef|elif)\b.*(_WIN32|__linux__|__MINGW)", re.MULTILINE)
UNFINISHED = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b")


def folder_of(path: str) -> str | None:
    matching = [folder for folder in MAY_INCLUDE if path.startswith(folder + "/")]
    return max(matching, key=len) if matching else None


def include_breaches(path: str, text: str) -> list[str]:
    folder = folder_of(path)
    if folder is None:
        return []
    breaches = []
    for name in INCLUDE.findall(text):
        if not name.startswith(PROJECT_FOLDERS):
            continue
        other = folder_of(name)
        if other not in MAY_INCLUDE[folder]:
            breaches.append(f"{path}: '{folder}' may not include '{name}'")
        if not (ROOT / name).is_file():
            breaches.append(f"{path}: there is no '{name}'")
    return breaches


def text_breaches(path: str, text: str) -> list[str]:
    lines = text.splitlines()
    breaches = []
    if next((line for line in lines if not line.startswith("#!")), "") not in LICENCE_LINES:
        breaches.append(f"{path}: does not begin with the licence line")
    if len(lines) > MOST_LINES:
        breaches.append(f"{path}: {len(lines)} lines; {MOST_LINES} are the most")
    for number, line in enumerate(lines, 1):
        if len(line) > LONGEST_LINE:
            breaches.append(f"{path}:{number}: {len(line)} columns; {LONGEST_LINE} are the most")
    if path.endswith(".hpp") and "#pragma once" not in lines:
        breaches.append(f"{path}: has no '#pragma once'")
    if not path.startswith(("platform/", "tests/")) and SYSTEM_SWITCH.search(text):
        breaches.append(f"{path}: asks for the system; that belongs in platform/")
    if UNFINISHED.search(text):
        breaches.append(f"{path}: calls itself unfinished")
    return breaches


def main() -> int:
    listed = subprocess.run(["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, check=True,
                            capture_output=True, text=True).stdout
    breaches = []
    number = 0
    for path in sorted(set(listed.splitlines())):
        if pathlib.PurePath(path).suffix not in SOURCE_SUFFIXES | PAGE_SUFFIXES or not (ROOT / path).is_file():
            continue
        text = (ROOT / path).read_text(encoding="utf-8")
        breaches += include_breaches(path, text) + text_breaches(path, text)
        number += 1
    print("\n".join(breaches + [f"house rules: {number} sources, {len(breaches)} breaches"]))
    return 1 if breaches else 0


if __name__ == "__main__":
    sys.exit(main())
