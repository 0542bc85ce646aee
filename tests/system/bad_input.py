#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""bad_input.py HBR: what people get wrong. Each mistake gets one clear sentence with a code, the right exit code, and
changes nothing."""

import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

from lab import DENIED, FAILED, NOT_FOUND, PASSWORD, USAGE, Lab, fill, manifest

# One sentence: what was tried and why it failed, a code, and what to do.
CLEAR = re.compile(r"^hbr: .+ \([A-Z]+-\d{4}\)\. \S.+[.?!]$")


class BadInput:
    def __init__(self, lab: Lab):
        self.lab = lab
        self.source = lab.work / "source"

    def refuse(self, exit_code: int, *arguments, says: str = "", environment: dict | None = None) -> None:
        """The command must be refused in one clear sentence."""
        result = self.lab.run(*arguments, expect=exit_code, environment=environment)
        self.judge(result, " ".join(map(str, arguments)), says)

    def judge(self, result: subprocess.CompletedProcess, words: str, says: str) -> None:
        errors = result.stderr.strip().splitlines()
        self.lab.check(len(errors) == 1 and bool(CLEAR.match(errors[0])),
                       f"'hbr {words}' did not say one clear sentence:\n{result.stderr}")
        self.lab.check(says in result.stderr, f"'hbr {words}' did not say '{says}':\n{result.stderr}")
        self.lab.check(result.stdout == "", f"'hbr {words}' printed data:\n{result.stdout}")

    def command_line(self) -> None:
        self.refuse(USAGE, "backup", "run", self.source, "--tga", "x", says="--tag")
        self.refuse(USAGE, "bakcup", "run", self.source, says="backup")
        self.refuse(USAGE, "backup", "rnu", self.source, says="run")
        self.refuse(USAGE, "backup", says="hbr backup --help")
        self.refuse(USAGE, "backup", "run")
        self.refuse(USAGE, "verify", "--depth", "deep", says="structure")
        self.refuse(USAGE, "backup", "run", self.source, "--workers", "many")
        self.refuse(USAGE, "backup", "run", self.source, "--workers", "0")
        self.refuse(USAGE, "backup", "run", self.source, "--exclude-larger-than", "big")
        self.refuse(USAGE, "backup", "run", self.source, "--exclude-type", "text", says="socket")
        self.refuse(USAGE, "restore", "latest")
        self.refuse(USAGE, "restore", "latest", "--target", "", "--yes")
        self.refuse(USAGE, "restore", "latest", "--target", self.lab.work / "x", "--in-place")
        self.refuse(USAGE, "backup", "run", self.source, "--quiet=yes")
        self.refuse(USAGE, "completion", "cmd")

    def before_the_command_line(self) -> None:
        """A user without a home folder, whom only root can play."""
        if os.geteuid() != 0:
            return
        with tempfile.TemporaryDirectory(dir="/var/tmp") as folder:
            os.chmod(folder, 0o755)
            program = shutil.copy(self.lab.hbr, folder)
            result = subprocess.run([program, "point", "list"], env={"PATH": os.environ["PATH"]}, cwd=folder, user=54321,
                                    group=54321, extra_groups=[], stdin=subprocess.DEVNULL, capture_output=True, text=True)
        self.lab.check(result.returncode == NOT_FOUND, f"without a home folder hbr ends with {result.returncode}")
        self.judge(result, "point list", "PATHS-0001")

    def creating(self) -> None:
        full = self.lab.work / "full"
        full.mkdir()
        (full / "file").write_text("mine")
        before = manifest(full)
        self.refuse(FAILED, "vault", "create", full, says="not empty")
        self.lab.check(manifest(full) == before, "a folder that was refused changed")
        self.refuse(FAILED, "vault", "create", self.lab.vault)
        self.refuse(USAGE, "vault", "create", self.lab.vault / "packs" / "inner", says="inside the vault")
        self.lab.check(not (self.lab.vault / "packs" / "inner").exists(), "a vault was begun inside another")
        self.refuse(USAGE, "vault", "create", full / "file")
        for password in ("", "short"):
            new = self.lab.work / "new"
            self.refuse(USAGE, "vault", "create", new, environment={"HBR_PASSWORD": password}, says="password")
            self.lab.check(not new.exists(), "a vault with a bad password was begun")

    def places(self) -> None:
        """A bucket that is mistyped is no folder, and a folder takes no options of buckets."""
        before = manifest(self.lab.work)
        for place in ("s3:/bucket/x", "S3://bucket/x", "gs://b/x", "https://me:secret@foo/bar", "s3:bucket"):
            for verb in (("vault", "create"), ("vault", "connect"), ("point", "list", "--vault")):
                self.refuse(USAGE, *verb, place, says="BUCKET-0001")
            folder = pathlib.Path(place.partition("/")[0])
            self.lab.check(not folder.exists(), f"'{place}' was taken for the folder '{folder}'")
        new = self.lab.work / "new"
        some = self.source / "some"
        for option, value in (("endpoint", "https://host"), ("network", "vpc"), ("region", "eu"),
                              ("addressing", "path"), ("ca-file", some), ("proxy", "http://host"),
                              ("access-key-file", some), ("proxy-login-file", some)):
            self.refuse(USAGE, "vault", "create", new, f"--{option}", value, says=f"'--{option}' is for a vault in a bucket")
        self.refuse(USAGE, "vault", "connect", self.lab.vault, "--name", "again", "--region", "eu", says="'--region'")
        self.lab.check(manifest(self.lab.work) == before, "a place that was refused left something behind")

    def opening(self) -> None:
        nowhere = self.lab.work / "nowhere"
        wrong = self.lab.work / "wrong"
        wrong.write_text("not the password\n")
        self.refuse(NOT_FOUND, "vault", "connect", nowhere)
        self.refuse(NOT_FOUND, "point", "list", "--vault", "lba", says="'lab'")
        self.refuse(NOT_FOUND, "point", "list", "--vault", self.source)
        self.refuse(DENIED, "point", "list", "--password-file", wrong, says="password")
        self.refuse(DENIED, "vault", "connect", self.lab.vault, "--name", "again", "--password-file", wrong)
        self.refuse(NOT_FOUND, "point", "list", "--password-file", nowhere)
        kit = self.lab.run("key", "recovery-kit").stdout
        first = re.search(r" 1\. (\w+)", kit).group(1)
        mistyped = first[:-1] + ("0" if first[-1] != "0" else "1")
        (self.lab.work / "kit").write_text(kit.replace(first, mistyped))
        self.refuse(USAGE, "vault", "connect", self.lab.vault, "--name", "kit", "--recovery-kit",
                    self.lab.work / "kit", says="1")
        self.newer_version()

    def newer_version(self) -> None:
        """Every object begins with "HBRV" and the version; what a later version means by the rest is its own."""
        newer = self.lab.work / "newer"
        shutil.copytree(self.lab.vault, newer)
        for path in newer.rglob("*"):
            if path.is_file() and path.read_bytes()[:4] == b"HBRV":
                content = bytearray(path.read_bytes())
                content[4] = 9
                content[8] ^= 1
                path.chmod(0o600)
                path.write_bytes(content)
        before = manifest(newer)
        self.refuse(FAILED, "vault", "connect", newer, "--name", "newer", says="newer")
        self.lab.check(manifest(newer) == before, "a vault of a newer version was changed")

    def backing_up(self) -> None:
        self.refuse(NOT_FOUND, "backup", "run", self.lab.work / "missing")
        self.refuse(NOT_FOUND, "backup", "run", self.source, self.lab.work / "missing")
        self.refuse(NOT_FOUND, "backup", "run", self.source / "*.nothing")
        self.refuse(USAGE, "backup", "run", self.lab.vault, says="vault")
        self.refuse(USAGE, "backup", "run", self.lab.vault / "packs", says="vault")
        self.refuse(NOT_FOUND, "backup", "run", self.source, "--exclude-file", self.lab.work / "missing")
        self.refuse(NOT_FOUND, "backup", "run", self.source, "--parent", "ffff")

    def vault_inside_source(self) -> None:
        """The vault is left out, and the backup says so."""
        result = self.lab.run("backup", "run", self.lab.work, "--plan", "around")
        self.lab.check("lies inside" in result.stderr, "nobody was told that the vault is left out")
        listed = self.lab.run("browse", "latest", self.lab.work, "--plan", "around").stdout
        self.lab.check("source" in listed, "the source is missing")
        inside = self.lab.run("find", "packs", "--plan", "around").stdout
        self.lab.check(f"{self.lab.vault}/" not in inside, f"the vault was backed up into itself:\n{inside}")

    def restoring(self) -> None:
        target = self.lab.work / "target"
        self.refuse(NOT_FOUND, "restore", "ffff", "--target", target)
        self.refuse(NOT_FOUND, "restore", "latest", "--client", "nobody", "--target", target)
        self.refuse(NOT_FOUND, "restore", "latest", "--target", target, "--include", "/not/there")
        self.refuse(USAGE, "restore", "latest", "--target", self.lab.vault / "restored", says="vault")
        self.refuse(NOT_FOUND, "cat", "latest", "/not/there")
        self.refuse(USAGE, "cat", "latest", self.source)
        self.refuse(NOT_FOUND, "browse", "latest", "/not/there")
        self.refuse(NOT_FOUND, "point", "show", "ffff")
        self.lab.check(not target.exists(), "a refused restore made its target")
        (self.lab.work / "a file").write_text("x")
        self.refuse(NOT_FOUND, "restore", "latest", "--target", self.lab.work / "a file")

    def keys(self) -> None:
        self.refuse(USAGE, "key", "add", environment={"HBR_NEW_PASSWORD": ""})
        self.refuse(USAGE, "key", "add", environment={"HBR_NEW_PASSWORD": "short"})
        self.refuse(NOT_FOUND, "key", "remove", "ffff", "--yes")
        only = self.lab.result("key", "list")["keys"][0]["id"]
        self.refuse(USAGE, "key", "remove", only, "--yes", says="only password")

    def without_asking(self) -> None:
        """Nothing is destroyed where nobody can be asked."""
        point = self.lab.result("point", "list")["points"][0]["id"]
        refused = self.lab.run("point", "forget", point, expect=USAGE)
        self.lab.check("--yes" in refused.stderr, f"'--yes' was not asked for:\n{refused.stderr}")
        self.refuse(USAGE, "point", "forget", "--yes")
        self.refuse(USAGE, "point", "forget", point, "--keep-last", "1", "--yes")

    def run(self) -> None:
        fill(self.source, 1, 20, 100_000)
        self.lab.create_vault()
        self.lab.run("backup", "run", self.source)
        before = manifest(self.lab.vault)
        for part in (self.command_line, self.before_the_command_line, self.creating, self.places, self.opening, self.backing_up, self.restoring, self.keys,
                     self.without_asking):
            part()
            self.lab.check(manifest(self.lab.vault) == before, f"{part.__name__}: the vault changed")
        self.vault_inside_source()
        self.secrets()

    def secrets(self) -> None:
        """No password in any file that hbr wrote."""
        secret = PASSWORD.encode()
        for top in ("config", "state", "vault"):
            for path in (self.lab.work / top).rglob("*"):
                if path.is_file():
                    self.lab.check(secret not in path.read_bytes(), f"{path} holds the password")
        for path in (self.lab.work / "config").rglob("*"):
            self.lab.check(os.stat(path).st_mode & 0o077 == 0, f"{path} can be read by others")


def main() -> int:
    with Lab(sys.argv[1]) as lab:
        BadInput(lab).run()
        return lab.end()


if __name__ == "__main__":
    sys.exit(main())
