# SPDX-License-Identifier: Apache-2.0
"""lab.py: runs hbr in a folder of its own and judges what it says. Shared by the tests of the whole program."""

import hashlib
import json
import os
import pathlib
import random
import shutil
import signal
import stat
import subprocess
import sys
import tempfile

PASSWORD = "correct horse battery staple"

DONE, FAILED, USAGE, FAULTS, NOT_FOUND, DENIED, BUSY, INTEGRITY = 0, 1, 2, 3, 4, 5, 6, 8


class Lab:
    """A work folder with settings of its own, and the program under test."""

    def __init__(self, hbr: str):
        self.hbr = str(pathlib.Path(hbr).resolve())
        self.work = pathlib.Path(tempfile.mkdtemp(prefix="hbr-lab-", dir=os.environ.get("HBR_TEST_DIR", "/var/tmp")))
        self.vault = self.work / "vault"
        self.failures = 0
        self.checks = 0
        self.environment = {
            "PATH": os.environ["PATH"],
            "HBR_CONFIG_DIR": str(self.work / "config"),
            "HBR_STATE_DIR": str(self.work / "state"),
            "HBR_PASSWORD": PASSWORD,
            "ASAN_OPTIONS": os.environ.get("ASAN_OPTIONS", ""),
            "UBSAN_OPTIONS": os.environ.get("UBSAN_OPTIONS", ""),
            "TSAN_OPTIONS": os.environ.get("TSAN_OPTIONS", ""),
        }

    def __enter__(self) -> "Lab":
        return self

    def __exit__(self, *_exception) -> None:
        subprocess.run(["chmod", "-R", "u+rwX", str(self.work)], check=False, stderr=subprocess.DEVNULL)
        shutil.rmtree(self.work, ignore_errors=True)

    def argument(self, value: object) -> str:
        """What the program gets for an argument that a test names."""
        return str(value)

    def start(self, *arguments, **options) -> subprocess.Popen:
        return subprocess.Popen([self.hbr, *map(self.argument, arguments)], env=self.environment,
                                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **options)

    def run(self, *arguments, expect: int | None = DONE, environment: dict | None = None) -> subprocess.CompletedProcess:
        """Runs hbr; an exit code other than `expect` fails the test with what the program said."""
        result = subprocess.run([self.hbr, *map(self.argument, arguments)], env=self.environment | (environment or {}),
                                stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="surrogateescape")
        if expect is not None:
            self.check(result.returncode == expect,
                       f"hbr {' '.join(map(str, arguments))} ended with {result.returncode} and not {expect}:\n"
                       f"{result.stdout[-2000:]}{result.stderr[-2000:]}")
        return result

    def json(self, *arguments, expect: int | None = DONE) -> list[dict]:
        """The JSON values that hbr prints, one a line."""
        output = self.run(*arguments, "--json", expect=expect).stdout
        return [json.loads(line) for line in output.splitlines() if line.startswith("{")]

    def result(self, *arguments, expect: int | None = DONE) -> dict:
        """The last of them."""
        values = self.json(*arguments, expect=expect)
        return values[-1] if values else {}

    def preloadable(self, source: str) -> pathlib.Path:
        """A library made from a file beside this one, for LD_PRELOAD."""
        library = self.work / pathlib.Path(source).with_suffix(".so")
        subprocess.run(["cc", "-shared", "-fPIC", "-O1", "-Wall", "-Werror", "-o", library,
                        pathlib.Path(__file__).parent / source, "-ldl"], check=True)
        return library

    def create_vault(self) -> None:
        self.run("vault", "create", self.vault, "--name", "lab")

    def check(self, holds: bool, sentence: str) -> bool:
        self.checks += 1
        if not holds:
            self.failures += 1
            print(f"FAILED: {sentence}", file=sys.stderr, flush=True)
        return holds

    def say(self, sentence: str) -> None:
        print(sentence, flush=True)

    def end(self) -> int:
        """Prints the outcome; the exit code for main()."""
        print(f"{self.checks} checks, {self.failures} failed", flush=True)
        return 1 if self.failures or not self.checks else 0


def kill(process: subprocess.Popen) -> None:
    process.send_signal(signal.SIGKILL)
    process.communicate()


def manifest(folder: pathlib.Path) -> dict[str, str]:
    """Every path below the folder with its type, mode, time and the hash of its content."""
    found = {}
    for path in sorted(folder.rglob("*")):
        status = path.lstat()
        text = f"{stat.filemode(status.st_mode)} {status.st_mtime_ns if not path.is_symlink() else 0}"
        if stat.S_ISREG(status.st_mode):
            text += " " + hashlib.sha256(path.read_bytes()).hexdigest()
        elif path.is_symlink():
            text += " " + os.readlink(path)
        found[str(path.relative_to(folder))] = text
    return found


def fill(folder: pathlib.Path, seed: int, files: int, largest: int) -> None:
    """Files of many sizes, some of which compress."""
    chance = random.Random(seed)
    for number in range(files):
        inside = folder / f"folder {number % 7}"
        inside.mkdir(parents=True, exist_ok=True)
        size = int(largest ** chance.random())
        content = chance.randbytes(size)
        if number % 2:
            content = (content[: size // 8 + 1] * 9)[:size]
        (inside / f"file {number}").write_bytes(content)


def change(folder: pathlib.Path, seed: int) -> None:
    """Changes, adds and removes a few files."""
    chance = random.Random(seed)
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    for path in chance.sample(files, min(3, len(files))):
        with path.open("ab") as file:
            file.write(chance.randbytes(chance.randrange(200_000)))
    if len(files) > 20:
        chance.choice(files).unlink(missing_ok=True)
    (folder / f"new {seed}").write_bytes(chance.randbytes(chance.randrange(3_000_000)))
