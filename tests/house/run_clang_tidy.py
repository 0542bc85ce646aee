#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""run_clang_tidy.py BUILD_FOLDER: runs clang-tidy over every source of the Linux program.

A source that was found clean is not looked at again until its text, what it includes, the checks or the
program's version change: the hash of all that is kept in the cache.
"""

import concurrent.futures
import hashlib
import json
import os
import pathlib
import shlex
import subprocess
import sys

CLANG_TIDY = "clang-tidy-19"
ROOT = pathlib.Path(__file__).resolve().parents[2]
CACHE = pathlib.Path(os.environ.get("XDG_CACHE_HOME", pathlib.Path.home() / ".cache")) / "hbr-tests/clang-tidy"


def wanted_commands(build_folder: pathlib.Path) -> list[dict]:
    commands = json.loads((build_folder / "compile_commands.json").read_text())
    folders = tuple(str(ROOT / name) + os.sep for name in ("agent", "connectors", "platform"))
    return [command for command in commands if command["file"].startswith(folders)]


def preprocessed(command: dict) -> bytes:
    words = shlex.split(command["command"])
    if os.path.basename(words[0]) == "ccache":
        words = words[1:]
    words = words[: words.index("-o")] + ["-E", "-P", command["file"]]
    text = subprocess.run(words, cwd=command["directory"], check=True, capture_output=True).stdout
    return text.replace(os.fsencode(ROOT), b"")  # every clone has the same text


def check(command: dict, build_folder: pathlib.Path, settings: bytes) -> str:
    """The findings; empty when the source is clean."""
    name = os.path.relpath(command["file"], ROOT)
    key = hashlib.sha256(settings + name.encode() + preprocessed(command)).hexdigest()
    known = CACHE / key
    if known.exists():
        return ""
    run = subprocess.run([CLANG_TIDY, "--quiet", "-p", str(build_folder), command["file"]],
                         capture_output=True, text=True)
    if run.returncode != 0:
        return run.stdout or run.stderr
    known.touch()
    return ""


def main() -> int:
    build_folder = pathlib.Path(sys.argv[1]).resolve()
    CACHE.mkdir(parents=True, exist_ok=True)
    version = subprocess.run([CLANG_TIDY, "--version"], check=True, capture_output=True).stdout
    settings = version + (ROOT / ".clang-tidy").read_bytes()
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        found = list(pool.map(lambda command: check(command, build_folder, settings), wanted_commands(build_folder)))
    for text in filter(None, found):
        print(text)
    print(f"clang-tidy: {len(found)} sources, {sum(map(bool, found))} with findings")
    return 1 if any(found) else 0


if __name__ == "__main__":
    sys.exit(main())
