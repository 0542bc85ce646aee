#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""mount.py HBR [MEMORY_MIB]: looks at a vault through the kernel: what is mounted is what was backed up, down to the last
attribute. A mount may take MEMORY_MIB (256; 0 does not judge it, for programs built with sanitizers).

Needs root, /dev/fuse and rsync, and says so when they are missing.
"""

import os
import pathlib
import random
import shutil
import signal
import stat
import subprocess
import sys
import threading
import time

import torture_tree
from lab import DONE, FAILED, NOT_FOUND, USAGE, Lab, fill
from tree_facts import differences, facts_of

NOBODY = 65534


class Mount:
    """A running 'hbr mount'; ends with the block."""

    def __init__(self, lab: Lab, *arguments):
        self.lab = lab
        self.folder = lab.work / "mnt"
        self.folder.mkdir(exist_ok=True)
        self.process = lab.start("mount", self.folder, *arguments)
        self.first_line = self.process.stderr.readline()
        lab.check("is mounted" in self.first_line, f"hbr mount said {self.first_line!r}")

    def __enter__(self) -> pathlib.Path:
        return self.folder

    def __exit__(self, *_exception) -> None:
        self.end(lambda: self.process.send_signal(signal.SIGTERM))

    def peak_mib(self) -> float:
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return int(status.split("VmHWM:")[1].split()[0]) / 1024

    def end(self, ask) -> None:
        ask()
        _out, said = self.process.communicate(timeout=60)
        self.lab.check(self.process.returncode == DONE, f"hbr mount ended with {self.process.returncode}: {said}")
        self.lab.check(not os.path.ismount(self.folder), "the folder is still mounted")
        self.lab.check(list(self.folder.iterdir()) == [], "the folder is not empty after all")


def torture(lab: Lab) -> None:
    """The nastiest tree there is, by rsync's opinion and by our own."""
    source = lab.work / "torture"
    torture_tree.build(str(source))
    try:
        lab.run("backup", "run", source, "--client", "nasty")
        with Mount(lab) as folder:
            seen = folder / "nasty" / "latest" / str(source)[1:]
            result = subprocess.run(
                ["rsync", "-aHAXn", "--checksum", "--itemize-changes", "--delete", "--exclude=/longpath",
                 "--exclude=/sparse/huge", f"{seen}/", f"{source}/"], capture_output=True)
            lab.check(result.returncode == 0 and result.stdout == b"",
                      f"rsync finds differences: {(result.stdout + result.stderr).decode(errors='replace')[:2000]}")
            facts, blocks = facts_of(source)
            shown, shown_blocks = facts_of(seen)
            for each in (*facts.values(), *shown.values()):
                each.pop("flags", None)  # FUSE hands on no flags
            for sentence in differences(facts, shown)[:20]:
                lab.check(False, f"the mount differs: {sentence}")
            lab.check(len(facts) > 100, "the tree is too small to prove anything")
            for path in (path for path in blocks if path.startswith(b"sparse/")):
                lab.check(shown_blocks[path] <= blocks[path] + (64 << 10), f"{path!r} has lost its holes")
            inodes = {os.stat(seen / "links" / name).st_ino for name in ("b/first", "a/name 0", "z/name 2")}
            lab.check(len(inodes) == 1, "names of one file have different inode numbers")
            lab.check((seen / "links/b/first").stat().st_nlink == 10, "a file with ten names does not say so")
    finally:
        subprocess.run(["chattr", "-R", "-f", "-i", "-a", str(source)], stderr=subprocess.DEVNULL)


def reading(lab: Lab) -> None:
    """Parts of files, many readers at once, and programs that read everything."""
    source = lab.work / "source"
    fill(source, 3, 80, 12_000_000)
    (source / "needle").write_text("there is a needle here\n")
    lab.run("backup", "run", source, "--client", "plain", "--fixed-pages", "*file 4*")
    with Mount(lab) as folder:
        seen = folder / "plain" / "latest" / str(source)[1:]
        found = subprocess.run(["grep", "-rl", "is a needle", str(seen)], capture_output=True, text=True).stdout
        lab.check(found == f"{seen}/needle\n", f"grep -r found {found!r}")
        lab.check(subprocess.run(["diff", "-r", str(source), str(seen)], capture_output=True).stdout == b"",
                  "diff -r finds differences")
        wrong = []

        def read_parts(number: int) -> None:
            for path in sorted(source.rglob("file *"))[number::4]:
                content = path.read_bytes()
                descriptor = os.open(seen / path.relative_to(source), os.O_RDONLY)
                # O_DIRECT would be refused; dropping the cache makes each read ask again.
                os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
                for at in range(len(content), -1, -max(1, len(content) // 23)):
                    if os.pread(descriptor, 70_001, at) != content[at:at + 70_001]:
                        wrong.append((path, at))
                os.close(descriptor)

        readers = [threading.Thread(target=read_parts, args=(number,)) for number in range(4)]
        for reader in readers:
            reader.start()
        for reader in readers:
            reader.join()
        lab.check(not wrong, f"wrong bytes at {wrong[:3]}")


def many_at_once(lab: Lab) -> None:
    """More files at a time than the mount keeps open, a piece of each in turn."""
    source = lab.work / "many"
    source.mkdir()
    content = {source / str(number): os.urandom(300_000) for number in range(200)}
    for path, data in content.items():
        path.write_bytes(data)
    lab.run("backup", "run", source, "--client", "many")
    with Mount(lab) as folder:
        seen = folder / "many" / "latest" / str(source)[1:]
        opened = {path: open(seen / path.name, "rb", buffering=0) for path in content}
        read = {path: b"" for path in content}
        for _ in range(3):
            for path, file in opened.items():
                read[path] += file.read(100_000)
        for file in opened.values():
            file.close()
        lab.check(read == content, "files that are read in turn read as something else")


def memory(lab: Lab, most_mib: int) -> None:
    """However much is read, and by however many at a time, the mount's memory stays below a bound."""
    pieces, piece_mib = 4, most_mib // 3
    source = lab.work / "large"
    source.mkdir()
    for number in range(pieces):
        with open(source / f"piece {number}", "wb") as file:
            for seed in range(piece_mib):
                file.write(random.Random(f"{number} {seed}").randbytes(1 << 20))
    lab.run("backup", "run", source, "--client", "large")
    mount = Mount(lab)
    with mount as folder:
        seen = folder / "large" / "latest" / str(source)[1:]
        readers = [subprocess.Popen(["cmp", path, seen / path.name]) for path in sorted(source.iterdir())]
        lab.check([reader.wait() for reader in readers] == [0] * pieces, "large files read as something else")
        peak = mount.peak_mib()
    lab.say(f"peak memory {peak:.0f} MiB")
    lab.check(peak < most_mib, f"the mount took {peak:.0f} MiB to read {pieces * piece_mib}, and not below {most_mib}")
    shutil.rmtree(source)


def read_only(lab: Lab) -> None:
    with Mount(lab) as folder:
        seen = folder / "plain" / "latest" / str(lab.work / "source")[1:]
        for attempt in (lambda: (seen / "new").write_text("x"), lambda: (seen / "needle").unlink(),
                        lambda: (seen / "needle").write_text("x"), lambda: os.chmod(seen / "needle", 0o777),
                        lambda: (folder / "folder").mkdir()):
            try:
                attempt()
                lab.check(False, "something could be changed")
            except OSError as error:
                lab.check(error.errno == 30, f"a change failed with {error} and not because it is read only")
        lab.check(not (seen / "none").exists() and not (folder / "none").exists(), "something is there that is not")


def points_come_and_go(lab: Lab) -> None:
    """A new point appears in a mounted vault; names are times and ids, and 'latest' leads to the newest."""
    with Mount(lab) as folder:
        before = sorted(path.name for path in (folder / "plain").iterdir())
        new = lab.result("backup", "run", lab.work / "source", "--client", "plain")["point"]
        name = new["started"][:19].replace(":", "-") + "Z-" + new["id"][:8]
        # The mount looks for new points once a second at most.
        while name not in (after := sorted(path.name for path in (folder / "plain").iterdir())):
            time.sleep(0.05)
        lab.check(set(after) == {*before, name}, f"the client's folder holds {after}")
        lab.check((folder / "plain" / name).is_dir(), "the new point is no folder")
        latest = os.readlink(folder / "plain" / "latest")
        lab.check(latest == name, f"'latest' leads to {latest} and not to the new point, {name}")
        lab.run("backup", "run", lab.work / "source", "--client", "a/b")
        while "a_b" not in os.listdir(folder):
            time.sleep(0.05)
        lab.check(os.path.isdir(folder / "a_b" / "latest"), "a client with a slash cannot be entered")


def ends(lab: Lab) -> None:
    """Every way to end a mount, also while somebody stands in it or reads."""
    for number in (signal.SIGINT, signal.SIGTERM):
        mount = Mount(lab)
        mount.end(lambda: mount.process.send_signal(number))
    mount = Mount(lab)
    mount.end(lambda: subprocess.run(["fusermount3", "-u", str(mount.folder)], check=True))
    mount = Mount(lab)
    inside = subprocess.Popen(["sleep", "600"], cwd=mount.folder / "plain")
    mount.end(lambda: mount.process.send_signal(signal.SIGTERM))
    inside.kill()
    inside.wait()


def failing_threads(lab: Lab) -> None:
    """A mount that cannot be served ends as a failure, and says why."""
    folder = lab.work / "mnt"
    sanitizers = lab.environment["ASAN_OPTIONS"] + ":verify_asan_link_order=0"
    preload = {"LD_PRELOAD": str(lab.preloadable("no_epoll.c")), "ASAN_OPTIONS": sanitizers}
    result = lab.run("mount", folder, expect=FAILED, environment=preload)
    lab.check("Could not wait for '/dev/fuse' - " in result.stderr and "Unmounted" not in result.stderr,
              f"a mount without threads said {result.stderr!r}")
    lab.check(not os.path.ismount(folder), "the folder is still mounted")


def other_users(lab: Lab) -> None:
    """Only with --allow-other may they look, and then as far as the files let them."""
    def as_nobody(*command) -> int:
        return subprocess.run(["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups", *map(str, command)],
                              capture_output=True).returncode

    lab.work.chmod(0o755)
    os.chmod(lab.work / "source" / "needle", 0o644)
    (lab.work / "source" / "secret").write_text("secret")
    os.chmod(lab.work / "source" / "secret", 0o600)
    lab.run("backup", "run", lab.work / "source", "--client", "plain")
    with Mount(lab) as folder:
        lab.check(as_nobody("ls", folder) != 0, "another user may look at a mount that is root's")
    with Mount(lab, "--allow-other") as folder:
        seen = folder / "plain" / "latest" / str(lab.work / "source")[1:]
        lab.check(as_nobody("cat", seen / "needle") == 0, "another user may not read what everybody may read")
        lab.check(as_nobody("cat", seen / "secret") != 0, "another user may read what only root may read")


def damage(lab: Lab) -> None:
    """A damaged file fails to be read, and never reads as something else."""
    vault = lab.work / "damaged"
    shutil.copytree(lab.vault, vault)
    # Every pack with more than a tree in it: which of them hold the files that are read here, chance decides.
    for pack in (path for path in (vault / "packs").rglob("*") if path.is_file() and path.stat().st_size > 1 << 20):
        content = bytearray(pack.read_bytes())
        content[len(content) // 2] ^= 1
        pack.chmod(0o600)
        pack.write_bytes(content)
    source = lab.work / "source"
    failed, intact = 0, 0
    with Mount(lab, "--vault", vault) as folder:
        seen = folder / "plain" / "latest" / str(source)[1:]
        for path in sorted(path for path in source.rglob("*") if path.is_file()):
            try:
                same = (seen / path.relative_to(source)).read_bytes() == path.read_bytes()
                lab.check(same, f"{path} reads as something else")
                intact += 1
            except OSError as error:
                lab.check(error.errno == 5, f"a damaged file failed with {error}")
                failed += 1
    lab.check(failed >= 1 and intact >= 1, f"{failed} files were damaged and {intact} were not")


def refusals(lab: Lab) -> None:
    def refuse(code: int, name: str, *arguments) -> None:
        result = lab.run("mount", *arguments, expect=code)
        lab.check(f"({name})" in result.stderr, f"hbr mount {arguments} did not say {name}: {result.stderr}")

    refuse(NOT_FOUND, "MOUNT-0001", lab.work / "none")
    refuse(USAGE, "MOUNT-0002", lab.work / "source" / "needle")
    refuse(USAGE, "MOUNT-0003", lab.work / "source")
    mount = Mount(lab)
    mount.process.kill()
    mount.process.communicate()
    refuse(FAILED, "MOUNT-0006", mount.folder)
    subprocess.run(["umount", str(mount.folder)], check=True)


def main() -> int:
    missing = [tool for tool in ("rsync", "fusermount3", "setpriv", "setfacl", "setcap") if shutil.which(tool) is None]
    if os.geteuid() != 0:
        missing.append("root's rights")
    if not os.path.exists("/dev/fuse") or not stat.S_ISCHR(os.stat("/dev/fuse").st_mode):
        missing.append("/dev/fuse")
    if missing:
        sys.exit("mount.py cannot run: there is no " + ", no ".join(missing))
    with Lab(sys.argv[1]) as lab:
        lab.create_vault()
        for part in (torture, reading, many_at_once, read_only, points_come_and_go, ends, failing_threads, other_users, damage, refusals):
            lab.say(part.__name__)
            part(lab)
        if most_mib := int(sys.argv[2]) if len(sys.argv) > 2 else 256:
            lab.say(memory.__name__)
            memory(lab, most_mib)
        return lab.end()


if __name__ == "__main__":
    sys.exit(main())
