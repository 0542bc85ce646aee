# SPDX-License-Identifier: Apache-2.0
"""The programs that race: how each of them does each piece of work. All vaults are encrypted."""

import json
import os
import shutil
from pathlib import Path

import versions
from measure import Command, Runner, folderBytes

PASSWORD = "the password of the benchmark"


class Unsupported(Exception):
    """The program has no command for this work."""


class Program:
    """A contestant. Keeps its vault, caches and settings inside its own folder.

    Each verb returns the commands that do the work; the caller runs them, timed or not.
    """

    name = ""
    isLimit = False

    def __init__(self, folder: Path, program: str):
        self.folder = folder
        self.program = program
        self.vault = folder / "vault"
        folder.mkdir(parents=True, exist_ok=True)

    def environment(self) -> dict[str, str]:
        home = str(self.folder / "home")
        return {"HOME": home, "XDG_CACHE_HOME": home + "/cache", "XDG_CONFIG_HOME": home + "/config"}

    def command(self, *arguments: object, folder: Path | str = "/", ok: tuple[int, ...] = (0,)) -> Command:
        return Command((self.program, *map(str, arguments)), self.environment(), str(folder), ok)

    def isThere(self) -> bool:
        return shutil.which(self.program) is not None

    def version(self) -> list[Command]:
        return [self.command("--version")]

    def init(self) -> list[Command]:
        raise Unsupported

    def backup(self, source: Path, fixedPages: bool = False) -> list[Command]:
        raise Unsupported

    def points(self, runner: Runner) -> list[str]:
        """The restore points, oldest first. Runs commands, untimed."""
        raise Unsupported

    def openVault(self) -> list[Command]:
        """The least that opens the vault: listing its restore points."""
        raise Unsupported

    def restore(self, point: str, source: Path, target: Path) -> list[Command]:
        raise Unsupported

    def restoreOne(self, point: str, source: Path, path: Path, target: Path) -> list[Command]:
        raise Unsupported

    def cat(self, point: str, source: Path, path: Path) -> list[Command]:
        raise Unsupported

    def find(self, point: str, name: str) -> list[Command]:
        raise Unsupported

    def forgetAndPrune(self, points: list[str]) -> list[Command]:
        raise Unsupported

    def verify(self) -> list[Command]:
        """Reads all data in the vault and checks it."""
        raise Unsupported

    def vaultBytes(self) -> int:
        return folderBytes(self.vault)

    def restoredRoot(self, source: Path, target: Path) -> Path:
        """Where the source's content lies after restore() into the target."""
        return target / str(source).lstrip("/")

    def destroy(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)


class Hbr(Program):
    name = "hbr"

    def environment(self) -> dict[str, str]:
        own = {"HBR_PASSWORD": PASSWORD, "HBR_VAULT": str(self.vault)}
        # Root's settings are the machine's unless told otherwise; the race must not touch those.
        own.update(HBR_CONFIG_DIR=str(self.folder / "config"), HBR_STATE_DIR=str(self.folder / "state"))
        return {**super().environment(), **own}

    def version(self) -> list[Command]:
        return [self.command("version")]

    def init(self) -> list[Command]:
        return [self.command("vault", "create", self.vault)]

    def backup(self, source: Path, fixedPages: bool = False) -> list[Command]:
        return [self.command("backup", "run", source, *(["--fixed-pages", "*.db"] if fixedPages else []))]

    def points(self, runner: Runner) -> list[str]:
        answer = json.loads(runner.output([self.command("point", "list", "--json")]))
        return [point["id"] for point in sorted(answer["points"], key=lambda point: point["started"])]

    def openVault(self) -> list[Command]:
        return [self.command("point", "list")]

    def restore(self, point: str, source: Path, target: Path) -> list[Command]:
        return [self.command("restore", point, "--target", target)]

    def restoreOne(self, point: str, source: Path, path: Path, target: Path) -> list[Command]:
        return [self.command("restore", point, "--target", target, "--include", path)]

    def cat(self, point: str, source: Path, path: Path) -> list[Command]:
        return [self.command("cat", point, path)]

    def find(self, point: str, name: str) -> list[Command]:
        return [self.command("find", name, "--point", point)]

    def forgetAndPrune(self, points: list[str]) -> list[Command]:
        return [self.command("point", "forget", *points, "--yes"), self.command("prune", "--yes")]

    def verify(self) -> list[Command]:
        return [self.command("verify", "--depth", "data")]


class Restic(Program):
    name = "restic"

    def environment(self) -> dict[str, str]:
        return {**super().environment(), "RESTIC_PASSWORD": PASSWORD, "RESTIC_REPOSITORY": str(self.vault)}

    def version(self) -> list[Command]:
        return [self.command("version")]

    def init(self) -> list[Command]:
        return [self.command("init")]

    def backup(self, source: Path, fixedPages: bool = False) -> list[Command]:
        return [self.command("backup", "-q", source)]

    def points(self, runner: Runner) -> list[str]:
        answer = json.loads(runner.output([self.command("snapshots", "--json")]))
        return [point["id"] for point in sorted(answer, key=lambda point: point["time"])]

    def openVault(self) -> list[Command]:
        return [self.command("snapshots", "-q")]

    def restore(self, point: str, source: Path, target: Path) -> list[Command]:
        return [self.command("restore", "-q", point, "--target", target)]

    def restoreOne(self, point: str, source: Path, path: Path, target: Path) -> list[Command]:
        return [self.command("restore", "-q", point, "--target", target, "--include", path)]

    def cat(self, point: str, source: Path, path: Path) -> list[Command]:
        return [self.command("dump", "-q", point, path)]

    def find(self, point: str, name: str) -> list[Command]:
        return [self.command("find", "-s", point, name)]

    def forgetAndPrune(self, points: list[str]) -> list[Command]:
        return [self.command("forget", "-q", "--prune", *points)]

    def verify(self) -> list[Command]:
        return [self.command("check", "-q", "--read-data")]


class Rustic(Program):
    name = "rustic"

    def environment(self) -> dict[str, str]:
        return {**super().environment(), "RUSTIC_PASSWORD": PASSWORD, "RUSTIC_REPOSITORY": str(self.vault),
                "RUSTIC_NO_PROGRESS": "true", "RUSTIC_LOG_LEVEL": "warn"}

    def init(self) -> list[Command]:
        return [self.command("init")]

    def backup(self, source: Path, fixedPages: bool = False) -> list[Command]:
        return [self.command("backup", source)]

    def points(self, runner: Runner) -> list[str]:
        groups = json.loads(runner.output([self.command("snapshots", "--json")]))
        points = [point for group in groups for point in (group["snapshots"] if "snapshots" in group else group[1])]
        return [point["id"] for point in sorted(points, key=lambda point: point["time"])]

    def openVault(self) -> list[Command]:
        return [self.command("snapshots")]

    def restore(self, point: str, source: Path, target: Path) -> list[Command]:
        return [self.command("restore", point, target)]

    def restoreOne(self, point: str, source: Path, path: Path, target: Path) -> list[Command]:
        return [self.command("restore", f"{point}:{path}", target / path.name)]

    def cat(self, point: str, source: Path, path: Path) -> list[Command]:
        return [self.command("dump", f"{point}:{path}")]

    def find(self, point: str, name: str) -> list[Command]:
        return [self.command("find", "--glob", name, point)]

    def forgetAndPrune(self, points: list[str]) -> list[Command]:
        return [self.command("forget", "--prune", "--instant-delete", *points)]

    def verify(self) -> list[Command]:
        return [self.command("check", "--read-data")]


class Kopia(Program):
    name = "kopia"

    def __init__(self, folder: Path, program: str):
        super().__init__(folder, program)
        self.roots_: dict[str, str] = {}  # restore point -> its folder, which some verbs want instead

    def environment(self) -> dict[str, str]:
        return {**super().environment(), "KOPIA_PASSWORD": PASSWORD, "KOPIA_CHECK_FOR_UPDATES": "false",
                "KOPIA_CONFIG_PATH": str(self.folder / "repository.config"),
                "KOPIA_CACHE_DIRECTORY": str(self.folder / "cache"), "KOPIA_LOG_DIR": str(self.folder / "log")}

    def init(self) -> list[Command]:
        self.vault.mkdir()
        return [self.command("repository", "create", "filesystem", "--path", self.vault),
                # Maintenance belongs into the measured step that asks for it, not into one that happens to run it.
                self.command("maintenance", "set", "--enable-quick=false", "--enable-full=false"),
                self.command("policy", "set", "--global", "--compression=zstd-fastest", "--keep-latest=1000")]

    def backup(self, source: Path, fixedPages: bool = False) -> list[Command]:
        return [self.command("snapshot", "create", "--no-progress", source)]

    def points(self, runner: Runner) -> list[str]:
        command = self.command("snapshot", "list", "--all", "--show-identical", "--json")
        answer = json.loads(runner.output([command]))
        self.roots_ = {point["id"]: point["rootEntry"]["obj"] for point in answer}
        return [point["id"] for point in sorted(answer, key=lambda point: point["startTime"])]

    def openVault(self) -> list[Command]:
        return [self.command("snapshot", "list", "--all")]

    def restore(self, point: str, source: Path, target: Path) -> list[Command]:
        return [self.command("snapshot", "restore", "--no-progress", point, target)]

    def restoreOne(self, point: str, source: Path, path: Path, target: Path) -> list[Command]:
        inside = path.relative_to(source)
        return [self.command("snapshot", "restore", "--no-progress", f"{point}/{inside}", target / path.name)]

    def cat(self, point: str, source: Path, path: Path) -> list[Command]:
        return [self.command("show", f"{self.roots_[point]}/{path.relative_to(source)}")]

    def find(self, point: str, name: str) -> list[Command]:
        # Kopia has no search; a full listing is what a person would look through.
        return [self.command("list", "--recursive", self.roots_[point])]

    def forgetAndPrune(self, points: list[str]) -> list[Command]:
        return [self.command("snapshot", "delete", "--delete", *points),
                self.command("maintenance", "run", "--full", "--safety=none")]

    def verify(self) -> list[Command]:
        return [self.command("snapshot", "verify", "--verify-files-percent=100")]

    def restoredRoot(self, source: Path, target: Path) -> Path:
        return target


class Borg(Program):
    name = "borg"

    def environment(self) -> dict[str, str]:
        return {**super().environment(), "BORG_PASSPHRASE": PASSWORD, "BORG_REPO": str(self.vault),
                "BORG_BASE_DIR": str(self.folder / "base")}

    def init(self) -> list[Command]:
        # As borg's manual advises: BLAKE2 unless the processor has instructions for SHA-256.
        hasSha = "sha_ni" in Path("/proc/cpuinfo").read_text()
        return [self.command("init", "--encryption", "repokey" if hasSha else "repokey-blake2")]

    def backup(self, source: Path, fixedPages: bool = False) -> list[Command]:
        return [self.command("create", "--compression", "zstd,3", "::{utcnow:%Y%m%d-%H%M%S-%f}", source)]

    def points(self, runner: Runner) -> list[str]:
        answer = json.loads(runner.output([self.command("list", "--json")]))
        return [archive["archive"] for archive in sorted(answer["archives"], key=lambda archive: archive["start"])]

    def openVault(self) -> list[Command]:
        return [self.command("list")]

    def restore(self, point: str, source: Path, target: Path) -> list[Command]:
        return [self.command("extract", f"::{point}", folder=target)]

    def restoreOne(self, point: str, source: Path, path: Path, target: Path) -> list[Command]:
        return [self.command("extract", f"::{point}", str(path).lstrip("/"), folder=target)]

    def cat(self, point: str, source: Path, path: Path) -> list[Command]:
        return [self.command("extract", "--stdout", f"::{point}", str(path).lstrip("/"))]

    def find(self, point: str, name: str) -> list[Command]:
        return [self.command("list", f"::{point}", f"sh:**/{name}")]

    def forgetAndPrune(self, points: list[str]) -> list[Command]:
        return [self.command("delete", "::" + points[0], *points[1:]), self.command("compact")]

    def verify(self) -> list[Command]:
        return [self.command("check", "--verify-data")]


class Copy(Program):
    """`cp -a`, the limit of the machine: it neither compresses, encrypts, nor looks for what is there already."""

    name = "cp -a"
    isLimit = True

    def init(self) -> list[Command]:
        self.vault.mkdir()
        return []

    def backup(self, source: Path, fixedPages: bool = False) -> list[Command]:
        return [self.command("-a", source, self.vault / "copy")]

    def points(self, runner: Runner) -> list[str]:
        return ["copy"]

    def restore(self, point: str, source: Path, target: Path) -> list[Command]:
        return [self.command("-a", self.vault / "copy", target / "copy")]

    def restoredRoot(self, source: Path, target: Path) -> Path:
        return target / "copy"


def contestants(names: list[str], folder: Path, hbr: str) -> list[Program]:
    """The programs of these names, in this order; see NAMES."""
    def made(name: str) -> Program:
        own = folder / name
        if name == "hbr":
            return Hbr(own, os.path.abspath(hbr))
        if name == "borg":
            return Borg(own, "borg")
        if name == "cp":
            return Copy(own, "cp")
        kind, version = {"restic": (Restic, versions.RESTIC), "rustic": (Rustic, versions.RUSTIC),
                         "kopia": (Kopia, versions.KOPIA)}[name]
        return kind(own, str(versions.peer_program(name, version)))

    return [made(name) for name in names]


NAMES = ["hbr", "restic", "rustic", "kopia", "borg", "cp"]
