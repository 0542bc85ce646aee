#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""main_job.py HBR: the commands of the README's "Use it", in order, with what a person and a program see of them."""

import json
import os
import pty
import re
import select
import shutil
import subprocess
import sys
import time

from lab import DENIED, FAULTS, NOT_FOUND, Lab, change, fill, manifest

ESCAPE = "\x1b"
NEW_PASSWORD = "another long sentence"


class MainJob:
    def __init__(self, lab: Lab):
        self.lab = lab
        self.source = lab.work / "source"
        self.conf = self.source / "folder 1" / "main.conf"

    def says(self, result: subprocess.CompletedProcess, *patterns: str) -> None:
        """Every pattern is found in what was said or printed, and nothing is for terminals only."""
        text = result.stdout + result.stderr
        for pattern in patterns:
            self.lab.check(re.search(pattern, text) is not None,
                           f"hbr {' '.join(result.args[1:])} does not say '{pattern}':\n{text}")
        self.lab.check(not re.search(r"[\x00-\x08\x0b-\x1f\x7f]", text),
                       f"hbr {' '.join(result.args[1:])} printed control characters into a pipe: {text!r}")

    def json(self, *arguments, **options) -> list[dict]:
        """Every line of standard output as JSON; each must tell its type and schema, the last be the result."""
        output = self.lab.run(*arguments, "--json", **options).stdout
        words = " ".join(map(str, arguments))
        values = []
        for line in output.splitlines():
            try:
                values.append(json.loads(line))
            except ValueError:
                self.lab.check(False, f"hbr {words} --json printed a line that is no JSON: {line!r}")
        self.lab.check(all(isinstance(value.get("type"), str) and value.get("schema") == 1 for value in values),
                       f"hbr {words} --json printed a line without type and schema")
        return values

    def result(self, *arguments, **options) -> dict:
        values = self.json(*arguments, **options)
        found = values[-1] if values else {}
        self.lab.check(found.get("type") == "result", f"hbr {' '.join(map(str, arguments))} gave no result: {found}")
        return found

    def vaults(self) -> None:
        lab = self.lab
        self.says(lab.run("vault", "create", lab.vault), r"The vault 'vault' in \S+/vault is ready", "recovery-kit")
        kit = lab.work / "kit.txt"
        self.says(lab.run("key", "recovery-kit", "--output", kit), "Print it, lock it away, and delete the file")
        lab.check(kit.stat().st_mode & 0o077 == 0, "others can read the recovery kit")
        self.says(lab.run("vault", "list"), r"NAME\s+VAULT ID\s+PATH", r"vault\s+[0-9a-f]{8}\s+/")
        lab.check(self.result("key", "recovery-kit")["recoveryKit"] == kit.read_text(), "the kit differs as JSON")
        lab.check(self.result("vault", "list")["vaults"][0]["name"] == "vault", "the vault is not listed as JSON")

    def backups(self) -> None:
        lab = self.lab
        self.says(lab.run("backup", "run", self.source, "--dry-run"), r"A backup would hold \d+ objects",
                  "Nothing was stored")
        lab.check(self.result("backup", "run", self.source, "--dry-run")["dryRun"] is True, "a dry run is none")
        self.says(lab.run("point", "list"), "There are no such restore points")
        every = self.result("backup", "run", self.source, "--dry-run")["objects"]
        without = self.result("backup", "run", self.source, "--dry-run", "--exclude-type", ".conf")["objects"]
        lab.check(without == every - 1, f"without *.conf there are {without} objects of {every}")
        self.says(lab.run("backup", "run", self.source, "--tag", "first"),
                  r"Restore point [0-9a-f]{8}: \d+ objects, .*iB, in (under 0\.1 s|\d\.\d s|\d\d s|\d+m \d\d s)\.\n",
                  r"Read .*, new .*, stored ")
        change(self.source, 1)
        second = self.result("backup", "run", self.source)["point"]
        lab.check(second["parent"] is not None, "the second backup is compared with nothing")
        lab.check(0 < second["newBytes"] < second["logicalBytes"], "what was there was stored again")
        self.says(lab.run("point", "list"), r"ID +TIME +CLIENT +PLAN, #TAGS +OBJECTS +SIZE", "#first")
        lab.check(len(self.result("point", "list")["points"]) == 2, "two points are not listed as JSON")
        self.says(lab.run("point", "show", "latest"), r"Id +[0-9a-f]{32}", r"Compared +with [0-9a-f]{8}")
        self.says(lab.run("vault", "info"), r"Restore points +2\n", "Running now +0 sessions")
        self.result("vault", "info")

    def looking(self) -> None:
        lab = self.lab
        self.says(lab.run("browse", "latest", self.conf.parent), r"-rw-r--r-- +6 B +\d{4}-\d\d-\d\d \S+ +main\.conf")
        self.says(lab.run("find", "*.conf", "-v"), str(self.conf), "1 match in 2 restore points")
        self.says(lab.run("find", "nowhere to be found", expect=NOT_FOUND), "Nothing matches")
        lab.check(lab.run("cat", "latest", self.conf).stdout == "a = b\n", "cat printed something else")
        listed = self.json("browse", "latest", self.source)
        lab.check({value["type"] for value in listed} == {"object"}, f"browse --json: {listed}")
        lab.check(self.json("find", "*.conf")[0]["path"] == str(self.conf), "find --json names another path")
        self.says(lab.run("point", "diff", self.points()[0], "latest"), r"\+ /\S+/source/new 1", "1 added")
        difference = self.json("point", "diff", self.points()[0], "latest")
        lab.check(difference[-1]["added"] == 1 and difference[0]["type"] == "object", f"diff --json: {difference}")

    def points(self) -> list[str]:
        return [point["id"] for point in self.result("point", "list")["points"]]

    def restoring(self) -> None:
        lab = self.lab
        back = lab.work / "back"
        self.says(lab.run("restore", "latest", "--target", back, "--include", self.conf, "--verify"),
                  r"Restored 1 object\.", "Compared with the vault: everything is the same")
        restored = back / self.conf.relative_to("/")
        lab.check([path for path in back.rglob("*") if path.is_file()] == [restored], "more than the file came back")
        shutil.rmtree(back)
        dry = lab.run("restore", "latest", "--target", back, "--dry-run")
        self.says(dry, r"(?m)^create  .*/main\.conf$", r"Would restore \d+ objects")
        steps = self.json("restore", "latest", "--target", back, "--dry-run")
        lab.check(steps[0]["type"] == "object" and steps[-1]["dryRun"], "restore --dry-run --json")
        lab.check(not back.exists(), "a dry run restored something")
        result = self.result("restore", "latest", "--target", back, "--verify")
        lab.check(result["differences"] == 0 and result["faults"] == 0, f"restore --json: {result}")
        lab.check(manifest(back / self.source.relative_to("/")) == manifest(self.source), "the restored tree differs")

    def restoring_in_place(self) -> None:
        lab = self.lab
        before = manifest(self.source)
        missing = self.conf.with_name("file 1")
        missing.unlink()
        self.conf.write_text("mine\n")
        lab.run("restore", "latest", "--in-place", "--include", self.source, "--conflict", "keep-both")
        lab.check(missing.exists() and self.conf.read_text() == "mine\n", "keep-both did not keep my file")
        beside = [path for path in self.conf.parent.glob("main*") if path != self.conf]
        lab.check(len(beside) == 1 and beside[0].read_text() == "a = b\n", f"keep-both left {beside}")
        beside[0].unlink()
        self.says(lab.run("restore", "latest", "--in-place", "--include", self.conf), r"were? skipped|was skipped")
        lab.check(self.conf.read_text() == "mine\n", "skip did not skip")
        lab.run("restore", "latest", "--in-place", "--include", self.source, "--conflict", "overwrite", "--yes",
                "--verify")
        lab.check(manifest(self.source) == before, "restoring in place did not bring everything back")

    def upkeep(self) -> None:
        lab = self.lab
        rules = ("--keep-daily", 7, "--keep-weekly", 4, "--keep-monthly", 12)
        self.says(lab.run("point", "forget", *rules, "--dry-run"), r"ID +TIME +CLIENT +WHAT +WHY", " keep ",
                  " forget ", "Would forget 1 restore point")
        lab.check(len(self.points()) == 2, "a dry run forgot a point")
        self.says(lab.run("point", "forget", *rules, "--yes"), "Forgot 1 restore point", "hbr prune")
        lab.run("backup", "run", self.source, "--plan", "short")
        last = self.points()[-1]
        self.says(lab.run("point", "forget", last, last[:8], "--yes"), "Forgot 1 restore point", r" forget +named\n")
        lab.check(self.result("point", "forget", *rules, "--yes")["forgotten"] == 0, "the rules drop more each time")
        self.says(lab.run("prune", "--dry-run"), "Would give back")
        self.says(lab.run("prune", "--yes"), r"Gave back .* of .*: \d+ packs? removed")
        self.result("prune", "--yes")
        for depth in ("structure", "seals", "data"):
            self.says(lab.run("verify", "--depth", depth), "The vault is whole: 1 restore point, ")
            lab.check(self.result("verify", "--depth", depth)["sound"] is True, f"not sound at {depth}")
        self.says(lab.run("repair", "--dry-run"), "Nothing is wrong")
        self.result("repair", "--dry-run")

    def keys(self) -> None:
        lab = self.lab
        new = {"HBR_NEW_PASSWORD": NEW_PASSWORD}
        self.says(lab.run("key", "add", "--label", "office safe", environment=new), r"added as key [0-9a-f]+")
        self.says(lab.run("key", "list"), r"ID +CREATED +LABEL", "office safe")
        added = [key["id"] for key in self.result("key", "list")["keys"] if key["label"] == "office safe"]
        file = lab.work / "new password"
        file.write_text(NEW_PASSWORD + "\n")
        lab.run("point", "list", "--password-file", file)
        self.says(lab.run("key", "remove", added[0], "--yes"), "The password was removed")
        lab.run("point", "list", "--password-file", file, expect=DENIED)
        lab.check(len(self.result("key", "list")["keys"]) == 1, "the key is still listed")

    def connecting(self) -> None:
        lab = self.lab
        lab.check(self.result("vault", "disconnect", "vault")["disconnected"] == "vault", "disconnect --json")
        lab.run("point", "list", expect=NOT_FOUND)
        self.says(lab.run("vault", "connect", lab.vault, "--recovery-kit", lab.work / "kit.txt",
                          environment={"HBR_PASSWORD": ""}), "is connected")
        lab.check(self.result("vault", "connect", lab.vault)["name"] == "vault", "connecting again changes the name")
        lab.run("point", "list", environment={"HBR_PASSWORD": ""})

    def of_itself(self) -> None:
        lab = self.lab
        lab.check(lab.run("version").stdout == lab.run("--version").stdout, "two versions")
        lab.check(self.result("version")["version"] in lab.run("version").stdout, "two versions")
        self.says(lab.run("completion", "bash"), "complete .* hbr")
        page = lab.run("man").stdout
        if shutil.which("man"):
            told = subprocess.run(["man", "--warnings", "-E", "UTF-8", "-l", "-"], input=page, text=True, check=False,
                                  capture_output=True, env=os.environ | {"MANWIDTH": "100", "LC_ALL": "C.UTF-8"})
            lab.check(told.returncode == 0 and told.stderr == "", f"man complains: {told.stderr}")
            lab.check("hbr backup run [options] PATH..." in told.stdout, "the page does not show 'backup run'")

    def faults(self) -> None:
        """A file that cannot be read is told, counted and listed; the rest is stored."""
        lab = self.lab
        hbr = lab.hbr
        if os.geteuid() == 0:  # root reads everything, unless it gives its rights away
            wrapper = lab.work / "hbr without rights"
            wrapper.write_text(f'#!/bin/sh\nexec setpriv --bounding-set=-all --inh-caps=-all {hbr} "$@"\n')
            wrapper.chmod(0o755)
            lab.hbr = str(wrapper)
        self.conf.chmod(0)
        self.says(lab.run("backup", "run", self.source, expect=FAULTS), r"hbr: fault: \S+.*main\.conf: ", "1 fault")
        listed = self.json("point", "show", "latest", "--faults")
        lab.check(listed[0]["type"] == "fault" and listed[-1]["point"]["faults"] == 1, f"faults as JSON: {listed}")
        self.conf.chmod(0o644)
        lab.hbr = hbr

    def on_terminal(self, *arguments, answer: str = "", **variables) -> tuple[str, int]:
        """Runs hbr with a terminal for standard input and error; standard output goes there, too."""
        pid, terminal = pty.fork()
        if pid == 0:
            os.execve(self.lab.hbr, ["hbr", *map(str, arguments)],
                      self.lab.environment | {"TERM": "xterm"} | variables)
        seen = b""
        if answer:
            while b"[y/N]" not in seen and select.select([terminal], [], [], 60)[0]:
                seen += os.read(terminal, 4096)
            os.write(terminal, answer.encode())
        while True:
            try:
                piece = os.read(terminal, 65536)
            except OSError:  # the other end is closed
                break
            if not piece:
                break
            seen += piece
        os.close(terminal)
        return seen.decode(), os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])

    def progress(self) -> None:
        """Progress of a backup that lasts long enough to be seen."""
        lab = self.lab
        large = lab.work / "large"
        large.mkdir()
        arguments = ("backup", "run", large, "--workers", 1, "--reread")
        megabytes, shown, lines = 128, "", []
        while megabytes <= 2048 and not (ESCAPE in shown and lines):
            (large / f"noise {megabytes}").write_bytes(os.urandom(megabytes << 20))
            shown = shown if ESCAPE in shown else self.on_terminal(*arguments, "--plan", f"a{megabytes}")[0]
            values = self.json(*arguments, "--plan", f"b{megabytes}")
            lines = [value for value in values if value["type"] == "progress"]
            lab.check(values[-1]["type"] == "result", "progress lines have no result behind them")
            megabytes *= 2
        for pattern in (r"Backing up  .*files  ", r"\d (B|KiB|MiB|GiB)/s", r"read .*, new .*, stored ",
                        r"Restore point [0-9a-f]{8}"):
            lab.check(re.search(pattern, shown) is not None, f"a terminal does not show '{pattern}': {shown!r}")
        wanted = {"stage", "objectsDone", "bytesDone", "bytesPerSecond", "secondsLeft", "current"}
        lab.check(bool(lines) and wanted <= lines[0].keys(), f"progress as JSON: {lines}")
        dumb = self.on_terminal(*arguments, TERM="dumb")[0]
        lab.check(ESCAPE not in dumb, f"a terminal that cannot move its cursor got {dumb!r}")

    def limits(self) -> None:
        """A bandwidth holds for folders, too; an eighth of a second's worth may pass at once."""
        lab = self.lab
        size, rate = 4 << 20, 2 << 20
        noise = lab.work / "limited"
        noise.mkdir()
        for what, arguments, variables in (
                ("backup by the hour", ("backup", "run", noise, "--plan", "hourly", "--limit-upload-by-hour",
                                        "0-12=2M,12-0=2M"), {"HBR_LIMIT_UPLOAD": "1G"}),
                ("backup", ("backup", "run", noise, "--plan", "limited", "--limit-upload", "2M"), {}),
                ("restore", ("restore", "latest", "--plan", "limited", "--target", lab.work / "slow"),
                 {"HBR_LIMIT_DOWNLOAD": "2M"})):
            if what != "restore":
                (noise / "noise").write_bytes(os.urandom(size))
            begun = time.monotonic()
            said = lab.run(*arguments, "-v", environment=variables)
            seconds = time.monotonic() - begun
            lab.check(seconds >= size / rate - 0.125, f"a limited {what} of {size} bytes took {seconds:.2f} s")
            self.says(said, r"The (up|down)load is limited (to 2.0 MiB/s|by the hour: 0-12=2M,12-0=2M)")
        lab.check(manifest((lab.work / "slow").joinpath(*noise.parts[1:])) == manifest(noise), "it came back otherwise")

    def terminal(self) -> None:
        lab = self.lab
        colour = re.compile(r"\x1b\[[0-9;]*m")
        lab.check(colour.search(self.on_terminal("verfy")[0]) is not None, "an error is not coloured on a terminal")
        lab.check(ESCAPE not in self.on_terminal("verfy", NO_COLOR="1")[0], "NO_COLOR is not heeded")
        shown, code = self.on_terminal("prune", answer="n\n")
        lab.check(code == 1 and "Nothing was changed" in shown, f"a no was not taken ({code}): {shown!r}")
        shown, code = self.on_terminal("prune", answer="y\n", NO_COLOR="1")
        lab.check(code == 0 and "Gave back" in shown and not colour.search(shown), f"a yes was not taken: {shown!r}")

    def run(self) -> None:
        fill(self.source, 1, 60, 300_000)
        self.conf.write_text("a = b\n")
        for part in (self.vaults, self.backups, self.looking, self.restoring, self.restoring_in_place, self.upkeep,
                     self.keys, self.connecting, self.of_itself, self.faults, self.limits, self.terminal, self.progress):
            part()


def main() -> int:
    with Lab(sys.argv[1]) as lab:
        MainJob(lab).run()
        return lab.end()


if __name__ == "__main__":
    sys.exit(main())
