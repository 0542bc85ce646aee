# SPDX-License-Identifier: Apache-2.0
"""tree_facts.py: everything that is true of a tree of files, for a comparison that needs no path as a whole."""

import hashlib
import os
import stat

from torture_tree import FS_APPEND_FL, FS_IMMUTABLE_FL, FS_NODUMP_FL, get_flags

KEPT_FLAGS = FS_IMMUTABLE_FL | FS_APPEND_FL | FS_NODUMP_FL


def _content_hash(folder, name, size):
    digest = hashlib.sha256()
    descriptor = os.open(name, os.O_RDONLY | os.O_NOATIME if os.geteuid() == 0 else os.O_RDONLY, dir_fd=folder)
    try:
        position = 0
        while position < size:
            try:
                position = os.lseek(descriptor, position, os.SEEK_DATA)
            except OSError:
                break
            end = os.lseek(descriptor, position, os.SEEK_HOLE)
            while position < end:
                piece = os.pread(descriptor, min(1 << 20, end - position), position)
                # Zeros count as a hole, since file systems may keep one as the other.
                for at in range(0, len(piece), 4096):
                    block = piece[at:at + 4096]
                    if block.strip(b"\0"):
                        digest.update(b"%d:" % (position + at) + block.rstrip(b"\0"))
                position += len(piece)
    finally:
        os.close(descriptor)
    return digest.hexdigest()


def _facts(folder, name, status):
    kind = stat.S_IFMT(status.st_mode)
    path = f"/proc/self/fd/{folder}/".encode() + name
    facts = {"type": kind, "mtime": status.st_mtime_ns, "owner": (status.st_uid, status.st_gid)}
    if kind != stat.S_IFLNK:
        facts["mode"] = stat.S_IMODE(status.st_mode)
    else:
        facts["target"] = os.readlink(name, dir_fd=folder)
    facts["xattrs"] = {each: os.getxattr(path, each, follow_symlinks=False)
                       for each in os.listxattr(path, follow_symlinks=False) if each != "security.selinux"}
    if kind in (stat.S_IFBLK, stat.S_IFCHR):
        facts["device"] = status.st_rdev
    if kind == stat.S_IFREG:
        facts["size"] = status.st_size
        facts["content"] = _content_hash(folder, name, status.st_size)
    if kind in (stat.S_IFREG, stat.S_IFDIR) and os.geteuid() == 0:
        try:
            facts["flags"] = get_flags(path) & KEPT_FLAGS
        except OSError:
            facts["flags"] = 0
    return facts


def facts_of(root):
    """Path below root -> what is true of it; "names" tells which paths are one file."""
    found = {}
    paths_of = {}
    blocks = {}
    pending = [(os.open(root, os.O_RDONLY), b"")]
    while pending:
        folder, prefix = pending.pop()
        for entry in sorted(os.fsencode(name) for name in os.listdir(folder)):
            status = os.lstat(entry, dir_fd=folder)
            path = prefix + entry
            found[path] = _facts(folder, entry, status)
            if not stat.S_ISDIR(status.st_mode):
                paths_of.setdefault((status.st_dev, status.st_ino), []).append(path)
            if stat.S_ISREG(status.st_mode):
                blocks[path] = status.st_blocks * 512
            if stat.S_ISDIR(status.st_mode):
                flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_DIRECTORY
                pending.append((os.open(entry, flags, dir_fd=folder), path + b"/"))
        os.close(folder)
    for paths in paths_of.values():
        for path in paths:
            found[path]["names"] = sorted(paths)
    return found, blocks


def differences(before, after):
    """Sentences about what differs between the facts of two trees; none when they are the same."""
    sentences = []
    for path in sorted(before.keys() | after.keys()):
        shown = path[-120:]
        if path not in after:
            sentences.append(f"{shown!r} is missing")
        elif path not in before:
            sentences.append(f"{shown!r} is too much")
        else:
            for fact in sorted(before[path].keys() | after[path].keys()):
                if before[path].get(fact) != after[path].get(fact):
                    sentences.append(f"{shown!r}: {fact} is {str(after[path].get(fact))[-200:]} instead of "
                                     f"{str(before[path].get(fact))[-200:]}")
    return sentences
