# SPDX-License-Identifier: Apache-2.0
"""torture_tree.py: builds the tree that torture.py backs up, with everything that a Linux file can be."""

import ctypes
import fcntl
import os
import socket
import stat
import struct
import subprocess

FS_IOC_GETFLAGS = 0x80086601
FS_IOC_SETFLAGS = 0x40086602
FS_IMMUTABLE_FL = 0x10
FS_APPEND_FL = 0x20
FS_NODUMP_FL = 0x40

LONG_NAME = b"n" * 255
LONG_FOLDER = b"longpath"  # rsync cannot go down there


def run(*command):
    subprocess.run(command, check=True)


def write(path, content=b"content"):
    with open(path, "wb") as file:
        file.write(content)


def get_flags(path):
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    try:
        return struct.unpack("i", fcntl.ioctl(descriptor, FS_IOC_GETFLAGS, b"\0" * 4))[0]
    finally:
        os.close(descriptor)


def set_flags(path, flags):
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    try:
        fcntl.ioctl(descriptor, FS_IOC_SETFLAGS, struct.pack("i", get_flags(path) | flags))
    finally:
        os.close(descriptor)


def add_plain(root):
    os.mkdir(f"{root}/empty folder")
    write(f"{root}/empty file", b"")
    write(f"{root}/one byte", b"x")
    write(f"{root}/large", os.urandom(9 << 20))
    for i in range(300):
        os.makedirs(f"{root}/many/{i % 7}", exist_ok=True)
        write(f"{root}/many/{i % 7}/file {i}", f"number {i}".encode() * i)


def add_modes(root):
    os.mkdir(f"{root}/modes")
    for mode in (0o0, 0o400, 0o444, 0o644, 0o666, 0o755, 0o777, 0o4755, 0o2755, 0o6711, 0o1644, 0o7777):
        write(f"{root}/modes/{mode:05o}")
        os.chown(f"{root}/modes/{mode:05o}", 1234, 4321)
        os.chmod(f"{root}/modes/{mode:05o}", mode)
        os.mkdir(f"{root}/modes/folder {mode:05o}")
        write(f"{root}/modes/folder {mode:05o}/inside")
        os.chmod(f"{root}/modes/folder {mode:05o}", mode)


def add_times(root):
    os.mkdir(f"{root}/times")
    second = 10**9
    for name, nanoseconds in (("epoch", 0), ("nanosecond", second + 1), ("before 1970", -1_234_567_890_123_456_789),
                              ("just before 1970", -1), ("recent", 1_700_000_000 * second + 999_999_999),
                              ("after 2038", 4_000_000_000 * second + 7)):
        write(f"{root}/times/{name}")
        os.utime(f"{root}/times/{name}", ns=(second, nanoseconds))
        os.mkdir(f"{root}/times/folder {name}")
        write(f"{root}/times/folder {name}/inside")
        os.utime(f"{root}/times/folder {name}", ns=(second, nanoseconds))


def add_attributes(root):
    os.mkdir(f"{root}/attributes")
    for name in ("file", "folder", "read-only"):
        path = f"{root}/attributes/{name}"
        os.mkdir(path) if name == "folder" else write(path)
        os.setxattr(path, "user.text", b"hello")
        os.setxattr(path, "user.empty", b"")
        os.setxattr(path, "user.binary", bytes(range(256)) * 3)
        os.setxattr(path, "trusted.ours", b"\0\1")
    os.chmod(f"{root}/attributes/read-only", 0o444)
    os.symlink("file", f"{root}/attributes/link")
    os.setxattr(f"{root}/attributes/link", "trusted.of_link", b"link", follow_symlinks=False)
    write(f"{root}/attributes/acl")
    run("setfacl", "-m", "u:1234:rw,g:4321:r,m::rwx", f"{root}/attributes/acl")
    os.mkdir(f"{root}/attributes/default acl")
    run("setfacl", "-d", "-m", "u:1234:rwx,g::r", f"{root}/attributes/default acl")
    # Made by hand below a folder with a default access list, and without one of its own.
    write(f"{root}/attributes/default acl/bare")
    run("setfacl", "-b", f"{root}/attributes/default acl/bare")
    write(f"{root}/attributes/default acl/heir")
    os.mkdir(f"{root}/attributes/default acl/folder")
    write(f"{root}/attributes/capable")
    os.chmod(f"{root}/attributes/capable", 0o755)
    run("setcap", "cap_net_raw,cap_net_admin=ep", f"{root}/attributes/capable")


def add_hard_links(root):
    for folder in ("links/a", "links/b", "links/z"):
        os.makedirs(f"{root}/{folder}")
    write(f"{root}/links/b/first", b"shared content")
    for i in range(9):
        os.link(f"{root}/links/b/first", f"{root}/links/{'abz'[i % 3]}/name {i}")
    write(f"{root}/links/empty", b"")
    os.link(f"{root}/links/empty", f"{root}/links/z/empty too")
    os.symlink("nowhere", f"{root}/links/symlink")
    os.mkfifo(f"{root}/links/fifo")
    os.mknod(f"{root}/links/device", stat.S_IFCHR | 0o600, os.makedev(1, 3))
    for name in ("symlink", "fifo", "device"):
        os.link(f"{root}/links/{name}", f"{root}/links/z/{name} 2", follow_symlinks=False)
        os.link(f"{root}/links/{name}", f"{root}/links/z/{name} 3", follow_symlinks=False)


def add_sparse(root):
    os.mkdir(f"{root}/sparse")
    mib = 1 << 20
    for name, size, runs in (("only a hole", 64 * mib, ()), ("leading hole", 10 * mib, (10 * mib - 4096,)),
                             ("trailing hole", 10 * mib, (0,)), ("both", 100 * mib, (50 * mib,)),
                             ("comb", 40 * mib, tuple(range(0, 40 * mib, mib))), ("odd size", 10 * mib + 17, (5,)),
                             ("huge", 1 << 40, (1 << 39,))):
        with open(f"{root}/sparse/{name}", "wb") as file:
            for offset in runs:
                file.seek(offset)
                file.write(b"data" * 1024)
            file.truncate(size)


def add_special(root):
    os.mkdir(f"{root}/special")
    os.mkfifo(f"{root}/special/fifo", 0o640)
    os.mknod(f"{root}/special/char", stat.S_IFCHR | 0o620, os.makedev(5, 1))
    os.mknod(f"{root}/special/block", stat.S_IFBLK | 0o660, os.makedev(259, 1_000_000))
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(f"{root}/special/socket")
    listener.close()
    os.symlink("../one byte", f"{root}/special/relative link")
    os.symlink("/etc/passwd", f"{root}/special/absolute link")
    os.symlink("no/such/place", f"{root}/special/dangling link")
    os.symlink("self", f"{root}/special/self")
    os.symlink("x" * 4095, f"{root}/special/very long link")
    os.symlink(b"\xff\xfe\n", f"{root}/special/odd link")
    os.symlink("../many", f"{root}/special/link to folder")
    for name in os.listdir(f"{root}/special"):
        os.utime(f"{root}/special/{name}", ns=(1, 1_600_000_000_123_456_789), follow_symlinks=False)
        os.chown(f"{root}/special/{name}", 77, 88, follow_symlinks=False)


def add_names(root):
    base = os.fsencode(root) + b"/names"
    os.mkdir(base)
    for name in (b"new\nline", b"\xff\xfe not UTF-8", b"\xed\xa0\x80", b" blank ", b"tab\t", b"-rf", b"quote'\"", b"*?[x]",
                 b"back\\slash", b"%41", b"\x01\x7f", "日本語".encode(), "é".encode(), "e\u0301".encode(), b"..."):
        os.mkdir(base + b"/" + name)
        write(base + b"/" + name + b"/" + name)
    write(base + b"/" + LONG_NAME)
    os.mkdir(base + b"/" + b"d" * 255)
    for name in (b"a", b"a-b", b"a.b", b"a0", b"A"):
        os.makedirs(base + b"/sort/" + name)
        write(base + b"/sort/" + name + b"/x")


def add_long_path(root):
    """A path of more than 4096 bytes, which no call takes whole."""
    here = os.open(root, os.O_RDONLY)
    try:
        os.mkdir(LONG_FOLDER, dir_fd=here)
        below = os.open(LONG_FOLDER, os.O_RDONLY, dir_fd=here)
        for depth in range(24):
            os.mkdir(LONG_NAME, dir_fd=below)
            deeper = os.open(LONG_NAME, os.O_RDONLY, dir_fd=below)
            with os.fdopen(os.open(b"file", os.O_WRONLY | os.O_CREAT, 0o600, dir_fd=deeper), "wb") as file:
                file.write(b"depth %d" % depth)
            os.symlink(b"file", b"link", dir_fd=deeper)
            if depth:
                os.link(b"file", b"again", src_dir_fd=deeper, dst_dir_fd=deeper)
            os.close(below)
            below = deeper
        os.close(below)
    finally:
        os.close(here)


def add_read_only_folder(root):
    os.makedirs(f"{root}/read only/inner")
    write(f"{root}/read only/inner/file")
    os.chmod(f"{root}/read only/inner", 0o555)
    os.chmod(f"{root}/read only", 0o555)


def add_flags(root):
    os.mkdir(f"{root}/flags")
    os.mkdir(f"{root}/flags/immutable folder")
    write(f"{root}/flags/immutable folder/file")
    for name, flags in (("immutable", FS_IMMUTABLE_FL), ("append", FS_APPEND_FL), ("nodump", FS_NODUMP_FL),
                        ("immutable with two names", FS_IMMUTABLE_FL)):
        write(f"{root}/flags/{name}")
        if name.endswith("names"):
            os.link(f"{root}/flags/{name}", f"{root}/flags/other name")
        set_flags(f"{root}/flags/{name}", flags)
    set_flags(f"{root}/flags/immutable folder", FS_IMMUTABLE_FL)


def mount_tmpfs(path):
    os.mkdir(path)
    library = ctypes.CDLL(None, use_errno=True)
    if library.mount(b"tmpfs", os.fsencode(path), b"tmpfs", 0, b"size=1m") != 0:
        raise OSError(ctypes.get_errno(), "cannot mount a tmpfs", path)


def unmount(path):
    library = ctypes.CDLL(None, use_errno=True)
    if library.umount2(os.fsencode(path), 2) != 0:
        raise OSError(ctypes.get_errno(), "cannot unmount", path)


def build(root):
    """Makes the folder `root` and everything in it but the mount point."""
    os.mkdir(root)
    for add in (add_plain, add_modes, add_times, add_attributes, add_hard_links, add_sparse, add_special, add_names,
                add_long_path, add_read_only_folder, add_flags):
        add(root)
