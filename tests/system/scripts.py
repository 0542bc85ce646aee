#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""scripts.py HBR: scripts before and after a backup, by hand: in order, told how it went, without secrets, ended in time."""

import os
import pathlib
import signal
import sys
import time

from lab import DONE, FAILED, FAULTS, NOT_FOUND, Lab, fill

INTERRUPTED = 130


class Scripts:
    def __init__(self, lab: Lab):
        self.lab = lab
        self.source = lab.work / "source"
        self.diary = lab.work / "diary"
        fill(self.source, 1, 5, 1000)
        self.before = self.script("before", "echo before >> $DIARY; env | grep ^HBR_ | sort")
        self.after = self.script("after", 'echo "after $HBR_JOB_RESULT" >> $DIARY')
        lab.environment["DIARY"] = str(self.diary)

    def script(self, name: str, text: str) -> pathlib.Path:
        path = self.lab.work / name
        path.write_text(f"#!/bin/sh\n{text}\n")
        path.chmod(0o700)
        return path

    def points(self) -> int:
        return len(self.lab.json("point", "list")[0]["points"])

    def run(self, expect: int, before: pathlib.Path, after: pathlib.Path, *more) -> tuple[list[str], str]:
        """The lines that the scripts wrote down, and what the program said."""
        self.diary.write_text("")
        said = self.lab.run("backup", "run", "--json", "--plan", "0123", "--plan-name", "nightly", "--script-before",
                            before, "--script-after", after, *(more or (self.source,)), expect=expect)
        return self.diary.read_text().splitlines(), said.stdout + said.stderr


def main() -> int:
    with Lab(sys.argv[1]) as lab:
        lab.create_vault()
        scripts = Scripts(lab)
        check = lab.check

        diary, said = scripts.run(DONE, scripts.before, scripts.after)
        check(diary == ["before", "after completed"], f"scripts ran as {diary}")
        for line in ("HBR_PLAN=nightly", "HBR_VAULT=lab", f"HBR_CLIENT={os.uname().nodename}"):
            check(f"script before the backup: {line}\n" in said, f"the script finds no {line}: {said}")
        check("HBR_PASSWORD" not in said and "HBR_JOB_RESULT" not in said, f"the script finds too much: {said}")
        check(scripts.points() == 1, "there is no point")

        # What fails first ends the backup before the source, which it was to make, is looked for.
        failing = scripts.script("failing", "echo 'the database did not stop'; exit 9")
        diary, said = scripts.run(FAILED, failing, scripts.after, lab.work / "nowhere")
        check(diary == ["after failed"], f"after a first script that failed: {diary}")
        check("SCRIPT-0001" in said and "the database did not stop" in said, f"it said {said}")
        diary, said = scripts.run(NOT_FOUND, scripts.before, scripts.after, lab.work / "nowhere")
        check(diary == ["before", "after failed"] and "FILES-0004" in said, f"without a source: {diary} {said}")
        check(scripts.points() == 1, "a failed run left a point")

        mounting = scripts.script("mounting", f"mkdir -p {lab.work}/late; echo x > {lab.work}/late/file")
        scripts.run(DONE, mounting, scripts.after, lab.work / "late")
        diary, said = scripts.run(FAULTS, scripts.before, failing)
        check('"scriptFault":"' in said and "hbr: fault: script after" in said, f"a last script that failed: {said}")
        check(scripts.points() == 3, "a last script that failed cost the point")

        scripts.diary.write_text("")
        lab.run("backup", "run", scripts.source, "--dry-run", "--script-before", scripts.before)
        check(scripts.diary.read_text() == "", "a dry run runs scripts")

        # A cancelled run ends its script with what that started, and still tells the last one.
        sleeper = scripts.script("sleeper", f"sleep 1000 & echo $! > {lab.work}/sleeper.pid; echo runs >> $DIARY; wait")
        process = lab.start("backup", "run", scripts.source, "--script-before", sleeper, "--script-after", scripts.after)
        while "runs" not in scripts.diary.read_text():
            time.sleep(0.02)
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=120)
        check(process.returncode == INTERRUPTED, f"a cancelled run ended with {process.returncode}")
        check(scripts.diary.read_text().split() == ["runs", "after", "cancelled"], "the last script was not told")
        sleeping = pathlib.Path("/proc") / (lab.work / "sleeper.pid").read_text().strip() / "status"
        check(not sleeping.exists() or "zombie" in sleeping.read_text(), "what the script started goes on")
        return lab.end()


if __name__ == "__main__":
    sys.exit(main())
