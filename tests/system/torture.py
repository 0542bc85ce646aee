#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""torture.py: backs up the nastiest tree that a Linux file system holds and proves that it comes back the same.

    python3 tests/system/torture.py PATH-OF-HBR

Needs root, rsync, setfacl, setcap, setpriv and a file system with attributes and flags below TMPDIR (or /tmp);
fails loudly when something is missing.
"""

import json
import os
import shutil
import stat
import subprocess
import sys
import tempfile
import time

import torture_tree
from torture_tree import write
from tree_facts import differences, facts_of

SETTLE_SECONDS = 45  # longer than the settle window of the files connector
NOBODY = 65534
DONE, NOT_FOUND, WITH_FAULTS = 0, 4, 3

failures = []


def check(condition, sentence):
    if condition:
        return
    failures.append(sentence)
    print(f"FAILED: {sentence}", flush=True)


def check_same(before, after, what):
    for sentence in differences(before, after)[:20]:
        check(False, f"{what}: {sentence}")


def check_equal(got, expected, what):
    check(got == expected, f"{what}: {got!r} instead of {expected!r}")


class Hbr:
    """The program with a vault and settings of its own, run as root or as an ordinary user."""

    def __init__(self, program, folder, user=None):
        os.mkdir(folder)
        self.program = program
        self.vault = f"{folder}/vault"
        self.environment = {"PATH": os.environ["PATH"], "HBR_PASSWORD": "correct horse battery", "HOME": folder,
                            "HBR_CONFIG_DIR": f"{folder}/config", "HBR_STATE_DIR": f"{folder}/state", "TZ": "UTC"}
        self.prefix = []
        if user is not None:
            os.chown(folder, user, user)
            self.prefix = ["setpriv", f"--reuid={user}", f"--regid={user}", "--clear-groups", "--no-new-privs"]
        self.run("vault", "create", self.vault)

    def run(self, *arguments, expected=DONE):
        """Runs the program and gives the last JSON object that it printed."""
        command = [*self.prefix, self.program, *arguments, "--json"]
        ended = subprocess.run(command, env=self.environment, capture_output=True, cwd="/")
        shown = " ".join(os.fsdecode(each) for each in arguments)
        check(ended.returncode == expected, f"'hbr {shown}' ended with {ended.returncode} instead of {expected}: "
              f"{ended.stdout.decode(errors='replace')[-600:]} {ended.stderr.decode(errors='replace')[-1500:]}")
        lines = ended.stdout.splitlines()
        return json.loads(lines[-1]) if lines else {}

    def back_up(self, *arguments, **how):
        return self.run("backup", "run", *arguments, **how)

    def restore(self, target, *arguments, **how):
        return self.run("restore", "latest", "--target", target, *arguments, **how)


def check_rsync(source, restored):
    """rsync's own opinion; the path that is too long for it is compared by facts_of() only."""
    ended = subprocess.run(["rsync", "-aHAXSn", "--checksum", "--itemize-changes", "--delete", "--exclude=/longpath",
                            "--exclude=/sparse/huge", f"{source}/", f"{restored}/"], capture_output=True)
    check_equal(ended.returncode, 0, f"rsync: {ended.stderr.decode(errors='replace')}")
    check_equal(ended.stdout.decode(errors="replace"), "", "rsync finds differences")


def check_sparse(before, after):
    for path, size in before.items():
        if path.startswith(b"sparse/"):
            check(after.get(path, 1 << 60) <= size + (64 << 10), f"{path!r} takes {after.get(path)} bytes and took {size}")


def whole_tree(work, program):
    """Everything at once, as root."""
    source = f"{work}/src"
    torture_tree.build(source)
    hbr = Hbr(program, f"{work}/root")
    first = hbr.back_up(source)
    check_equal(first["point"]["faults"], 0, "faults of the first backup")
    result = hbr.restore(f"{work}/restored", "--verify")
    check_equal(result["differences"], 0, "differences that --verify finds")
    check_equal(result["warnings"], 0, "warnings of the restore")
    restored = f"{work}/restored{source}"
    check_rsync(source, restored)
    before, blocks_before = facts_of(source)
    after, blocks_after = facts_of(restored)
    check_same(before, after, "restored tree")
    check_sparse(blocks_before, blocks_after)
    again = hbr.restore(f"{work}/restored")
    check_equal(again["steps"]["create"], 0, "objects that a second restore makes")
    check_same(before, facts_of(restored)[0], "tree after a second restore")
    return hbr, source, before


def unchanged_tree(hbr, source, before, work):
    """A tree that has settled is not read again. Change times cannot be set, so this waits for the clock."""
    newest = max(os.lstat(f"{source}/{name}").st_ctime for name in os.listdir(source))
    time.sleep(max(0.0, newest + SETTLE_SECONDS - time.time()))
    settled = hbr.back_up(source)
    check(settled["point"]["storedBytes"] < 256 << 10, f"a backup of what is known stores {settled['point']['storedBytes']}")
    second = hbr.back_up(source)
    check_equal(second["point"]["readBytes"], 0, "bytes that a backup of an unchanged tree reads")
    check(second["point"]["storedBytes"] < 64 << 10, f"it stores {second['point']['storedBytes']} bytes")
    check_equal(second["point"]["objects"], settled["point"]["objects"], "objects of an unchanged tree")
    hbr.restore(f"{work}/restored 2", "--verify")
    check_same(before, facts_of(f"{work}/restored 2{source}")[0], "tree restored from the unchanged backup")
    # The same size and time, and other content.
    status = os.stat(f"{source}/one byte")
    write(f"{source}/one byte", b"y")
    os.utime(f"{source}/one byte", ns=(status.st_atime_ns, status.st_mtime_ns))
    check_equal(hbr.back_up(source)["point"]["readBytes"], 1, "bytes read after a change with the old time")


def mount_point(hbr, work):
    source = f"{work}/mounts"
    os.mkdir(source)
    write(f"{source}/file")
    torture_tree.mount_tmpfs(f"{source}/mounted")
    try:
        write(f"{source}/mounted/inside")
        hbr.back_up(source, "--one-file-system")
        hbr.restore(f"{work}/one file system")
        check_equal(sorted(facts_of(f"{work}/one file system{source}")[0]), [b"file", b"mounted"], "one file system")
        hbr.back_up(source)
        hbr.restore(f"{work}/all file systems", "--verify")
        check_equal(sorted(facts_of(f"{work}/all file systems{source}")[0]), [b"file", b"mounted", b"mounted/inside"],
                    "all file systems")
    finally:
        torture_tree.unmount(f"{source}/mounted")


def ordinary_user(work, program):
    """Backs up and restores without rights: what cannot be read is a fault, the rest comes back."""
    outside = f"{work}/closed"  # may be passed and not listed
    os.mkdir(outside)
    source = f"{outside}/theirs"
    os.mkdir(source)
    for name in ("mine", "unreadable", "secret"):
        write(f"{source}/{name}", name.encode())
    os.link(f"{source}/mine", f"{source}/mine too")
    os.setxattr(f"{source}/mine", "user.text", b"hello")
    os.makedirs(f"{source}/read only/inner")
    write(f"{source}/read only/inner/file")
    os.makedirs(f"{source}/private/inner")
    write(f"{source}/private/inner/file")
    os.symlink("nowhere", f"{source}/link")
    os.mkfifo(f"{source}/fifo")
    for folder, folders, names in os.walk(source):
        for name in [".", *folders, *names]:
            os.chown(f"{folder}/{name}", NOBODY, NOBODY, follow_symlinks=False)
    os.chmod(f"{source}/unreadable", 0)
    os.chown(f"{source}/secret", 0, 0)
    os.chmod(f"{source}/secret", 0o600)
    for path in ("read only/inner", "read only"):
        os.chmod(f"{source}/{path}", 0o555)
    os.chown(f"{source}/private", 0, 0)
    os.chmod(f"{source}/private", 0o700)
    os.chmod(outside, 0o711)
    hbr = Hbr(program, f"{work}/user", NOBODY)
    result = hbr.back_up(source, expected=WITH_FAULTS)
    faults = sorted(os.path.basename(each["object"]) for each in result["firstFaults"] if each["code"])
    check_equal(faults, ["private", "secret", "unreadable"], "faults of an ordinary user")
    target = f"{work}/user/restored"
    hbr.restore(target, "--verify")
    before = facts_of(source)[0]
    for lost in (b"unreadable", b"secret", b"private/inner", b"private/inner/file"):
        del before[lost]
    before[b"private"]["owner"] = (NOBODY, NOBODY)
    check_same(before, facts_of(target + source)[0], "tree of an ordinary user")


def conflicts(hbr, work):
    """What is there already is treated as asked."""
    source = f"{work}/small"
    os.mkdir(source)
    for name in ("new", "old", "same", "gone"):
        write(f"{source}/{name}", b"backup of " + name.encode())
        os.utime(f"{source}/{name}", (1_500_000_000, 1_500_000_000))
    hbr.back_up(source)

    def content(folder):
        return {name: open(f"{folder}/{name}", "rb").read().decode() for name in sorted(os.listdir(folder))}

    def prepared(name):
        target = f"{work}/conflict {name}"
        os.makedirs(target + source)
        for file, when in (("new", 1_600_000_000), ("old", 1_400_000_000)):
            write(f"{target}{source}/{file}", b"theirs")
            os.utime(f"{target}{source}/{file}", (when, when))
        shutil.copy2(f"{source}/same", f"{target}{source}/same")
        return target

    backup = {name: f"backup of {name}" for name in ("gone", "new", "old", "same")}
    expected = {"skip": {**backup, "new": "theirs", "old": "theirs"}, "newer": {**backup, "new": "theirs"}, "overwrite": backup,
                "keep-both": {**backup, "new": "theirs", "old": "theirs", "new (restored)": backup["new"],
                              "old (restored)": backup["old"]}}
    for rule, wanted in expected.items():
        target = prepared(rule)
        untouched = facts_of(target)[0]
        hbr.restore(target, "--conflict", rule, "--dry-run")
        check_same(untouched, facts_of(target)[0], f"dry run with {rule}")
        hbr.restore(target, "--conflict", rule)
        check_equal(content(target + source), wanted, f"conflict rule {rule}")
    check_equal(hbr.restore(f"{work}/nowhere", "--dry-run")["steps"]["create"] > 0, True, "a dry run into nothing")
    check(not os.path.exists(f"{work}/nowhere"), "a dry run makes its target")


def partial_restores(hbr, source, work):
    def names(target):
        return sorted(facts_of(target + source)[0])

    point = hbr.back_up(source)["point"]["id"]

    def restore(name, *arguments, expected=DONE):
        hbr.run("restore", point, "--target", f"{work}/{name}", *arguments, expected=expected)
        return f"{work}/{name}"

    target = restore("part 1", "--include", f"{source}/links/z", "--include", f"{source}/one byte", "--verify")
    inside = {os.fsencode(f"links/z/{name}") for name in os.listdir(f"{source}/links/z")}
    check_equal(names(target), sorted({b"links", b"links/z", b"one byte"} | inside), "two included paths")
    check_equal(os.stat(f"{target}{source}/links/z").st_mtime_ns, os.stat(f"{source}/links/z").st_mtime_ns,
                "time of a folder with links to files elsewhere")
    check_equal(os.lstat(f"{target}{source}/links/z/name 2").st_nlink, 3, "names of a file restored without its first")
    check_equal(os.lstat(f"{target}{source}/links/z/fifo 2").st_nlink, 2, "names of a fifo restored without its first")
    target = restore("part 2", "--include", "*.b")
    check_equal(names(target), [b"names", b"names/sort", b"names/sort/a.b", b"names/sort/a.b/x"], "an included pattern")
    target = restore("part 3", "--include", f"{source}/names/sort", "--exclude", "a-b/")
    check_equal(sorted(os.listdir(f"{target}{source}/names/sort")), ["A", "a", "a.b", "a0"], "an excluded folder")
    restore("part 4", "--include", f"{source}/none", expected=NOT_FOUND)


def hostile_target(hbr, work):
    """Links planted in the target lead nowhere."""
    source = f"{work}/honest"
    os.makedirs(f"{source}/folder")
    write(f"{source}/folder/file", b"from the backup")
    write(f"{source}/file", b"from the backup")
    hbr.back_up(source)
    victim = f"{work}/victim"
    os.mkdir(victim)
    write(f"{victim}/file", b"precious")
    for rule, expected in (("skip", WITH_FAULTS), ("overwrite", DONE)):
        target = f"{work}/hostile {rule}"
        os.makedirs(target + source)
        os.symlink(victim, f"{target}{source}/folder")
        os.symlink(f"{victim}/file", f"{target}{source}/file")
        hbr.restore(target, "--conflict", rule, expected=expected)
        check_equal(sorted(os.listdir(victim)), ["file"], f"names in the victim after {rule}")
        check_equal(open(f"{victim}/file", "rb").read(), b"precious", f"content of the victim after {rule}")
        is_link = stat.S_ISLNK(os.lstat(f"{target}{source}/folder").st_mode)
        check_equal(is_link, rule == "skip", f"the planted link after {rule}")


def refuse_to_run_without(tools):
    missing = [tool for tool in tools if shutil.which(tool) is None]
    if os.geteuid() != 0:
        missing.append("root's rights")
    if missing:
        sys.exit("torture.py cannot run: there is no " + ", no ".join(missing))


def remove(work):
    """Immutable files first lose their flags."""
    subprocess.run(["chattr", "-R", "-f", "-i", "-a", work], stderr=subprocess.DEVNULL)
    shutil.rmtree(work, ignore_errors=True)


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    refuse_to_run_without(("rsync", "setfacl", "setcap", "setpriv", "chattr"))
    work = tempfile.mkdtemp(prefix="hbr-torture-")
    os.chmod(work, 0o755)
    try:
        program = shutil.copy(sys.argv[1], f"{work}/hbr")  # where an ordinary user may run it
        hbr, source, before = whole_tree(work, program)
        ordinary_user(work, program)
        mount_point(hbr, work)
        conflicts(hbr, work)
        hostile_target(hbr, work)
        partial_restores(hbr, source, work)
        unchanged_tree(hbr, source, before, work)
    finally:
        remove(work)
    if failures:
        sys.exit(f"{len(failures)} checks failed")
    print("Everything came back the same.")


if __name__ == "__main__":
    main()
