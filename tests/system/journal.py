#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""journal.py HBR CHILD_ROLE: what the system's log (platform/system_log.hpp) writes, as systemd's journal has it then.

The journal is one of this test's own, in a mount namespace in which /run and /var/log are empty. Needs root and
systemd-journald, and says so when they are missing. No command of HBR uses the log; CHILD_ROLE writes into it.
"""

import json
import os
import pathlib
import shutil
import subprocess
import sys
import time

JOURNALD = "/lib/systemd/systemd-journald"
SOCKET = pathlib.Path("/run/systemd/journal/stdout")
LONGEST_S = 60
# As systemd does for a service: standard error is a stream of the journal, and the variable names it.
CONNECTED = 'export JOURNAL_STREAM=$(stat -Lc %d:%i /proc/self/fd/2); exec "$@"'
LINE_MAX = 48 * 1024


def run(*words: str) -> str:
    return subprocess.run(words, check=True, stdout=subprocess.PIPE, encoding="utf-8", timeout=LONGEST_S).stdout


def entries(identifier: str, *filters: str) -> list[tuple[str, str]]:
    """Priority and message of each."""
    lines = run("journalctl", "--all", "--output=json", "--identifier", identifier, *filters).splitlines()
    return [(entry["PRIORITY"], entry["MESSAGE"]) for entry in map(json.loads, lines)]


def log(role: str, identifier: str, text: str) -> None:
    run("systemd-cat", "--identifier", identifier, "sh", "-c", CONNECTED, "sh", role, "log", text)
    run("journalctl", "--sync")


def expect(seen: object, wanted: object, what: str) -> None:
    if seen != wanted:
        sys.exit(f"journal.py: {what}: {seen!r} instead of {wanted!r}")
    print(f"ok: {what}")


def check(role: str) -> None:
    log(role, "short", "of f\u00efles\n<0>event=1 forged")
    text = "of f\u00efles\\x0a<0>event=1 forged"
    failed = ("3", f"event=12 A job failed: {text}")
    missed = ("4", f"event=14 A job was missed: {text}")
    expect(entries("short"), [failed, missed, ("6", f"event=1 The service started: {text}")],
           "each entry has its priority, and no line in it is one by itself")
    expect(entries("short", "--priority=warning"), [failed, missed], "people find entries by priority")
    expect(entries("short", "--grep=^event=12 "), [failed], "people find entries by the number of the event")
    log(role, "long", "x" * 100_000)
    prefix = len("<3>") + len("\n")
    expect([(priority, len(message) + prefix, message[-6:]) for priority, message in entries("long")],
           [(priority, LINE_MAX, "xx ...") for priority in "346"], "a long line is cut and stays one entry")


def main_in_namespace(role: str) -> None:
    for folder in ("/run", "/var/log"):
        run("mount", "-t", "tmpfs", "none", folder)
    for folder in (SOCKET.parent, pathlib.Path("/run/log/journal")):
        folder.mkdir(parents=True)
    with subprocess.Popen([JOURNALD]) as journal:
        try:
            end = time.monotonic() + LONGEST_S
            while not SOCKET.exists() and journal.poll() is None and time.monotonic() < end:
                time.sleep(0.05)
            check(role)
        finally:
            journal.kill()


def main() -> int:
    role = str(pathlib.Path(sys.argv[2]).resolve())
    if "--in-namespace" in sys.argv:
        main_in_namespace(role)
        return 0
    missing = [tool for tool in ("unshare", "journalctl", "systemd-cat", JOURNALD) if shutil.which(tool) is None]
    if os.geteuid() != 0:
        missing.append("root's rights")
    if missing:
        sys.exit("journal.py cannot run: there is no " + ", no ".join(missing))
    return subprocess.run(["unshare", "--mount", sys.executable, __file__, sys.argv[1], role, "--in-namespace"],
                          check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
