#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A stranger's reader: opens, checks and restores a vault without hbr.

    read_vault.py VAULT (--password-file FILE | --kit FILE) points
    read_vault.py VAULT (--password-file FILE | --kit FILE) check
    read_vault.py VAULT (--password-file FILE | --kit FILE) restore POINT FOLDER [--below PATH]
"""

import argparse
import collections
import json
import os
import pathlib
import stat
import sys

import heal
from vault import (BLOCK, CHARACTER, DIRECTORY, FIFO, FILE, HARD_LINK, LABEL, MIB, POINT, SOCKET, SYMLINK, Damage, Decoder,
                   Vault, need, uint, unseal)

SPECIAL = {BLOCK: stat.S_IFBLK, CHARACTER: stat.S_IFCHR, FIFO: stat.S_IFIFO, SOCKET: stat.S_IFSOCK}


def check_pack(vault: Vault, name: str) -> dict:
    """Opens the directory and every segment of a pack. The places of its chunks."""
    pack, data = name[-32:], vault.read(name)
    key = vault.pack_key(pack)
    need(name == f"packs/{pack[:2]}/{pack}", f"name {name}")
    footer = unseal(*key, 4, 0, data[-32:])
    offset, sealed, plain, form = (uint(footer[at:at + 4]) for at in (0, 4, 8, 12))
    body = offset + sealed + 32
    need(form == 1 and body <= len(data) and plain + 16 <= sealed, f"footer of {name}")
    whole = unseal(*key, 3, offset, data[offset:offset + sealed])
    need(not any(whole[plain:]), f"padding of {name}")
    directory, end, places = Decoder(whole[:plain]), 40, {}
    need(directory.u8() in (1, 2), f"kind of {name}")
    while directory.at < plain:
        start, size = directory.number(), directory.number()
        need(start == end, f"gap in {name}")
        end, at = start + size, 0
        segment = vault.segment(pack, start, size)
        for chunk, length in directory.list(lambda: (directory.raw(32), directory.number()), 16 * MIB):
            vault.check_id(chunk, segment[at:at + length])
            places[chunk] = (pack, start, size, at, length)
            at += length
        need(at == len(segment), f"chunks of {name}")
    need(end == offset and body == pack_size(end + plain + 48), f"size of {name}")
    if body != len(data):
        heal.check(data)
    return places


def check(vault: Vault) -> dict:
    """Every object, every seal, every chunk, every object of every point."""
    counts = collections.Counter()
    for name in vault.names("keys"):
        label = vault.open_whole(name[:-2], vault.read(name)[108:], LABEL)
        label.signed(), label.text(), label.end()
        counts["keys"] += 1
    for point in vault.state["points"]:
        name = f"points/{point['id'].hex()}"
        record = vault.open_whole(name, vault.read(name), POINT)
        need(record.point() == {key: point[key] for key in point if key != "sequence"}, f"{name} and the journal")
        record.end()
        need(len(b"".join(vault.content(point["faultList"])).splitlines()) == point["faults"], f"faults of {name}")
        objects = list(vault.walk(point["root"], point["levels"] - 1))
        need(len(objects) == point["objects"], f"objects of {name}")
        need(sum(entry["size"] for _, entry in objects) == point["logical"], f"bytes of {name}")
        for _, entry in objects:
            counts["bytes"] += sum(map(len, vault.content(entry["content"] or (0, []))))
        counts["objects"] += len(objects)
        counts["points"] += 1
    found = {name[-32:]: check_pack(vault, name) for name in vault.names("packs")}
    for chunk, place in vault.all_places().items():
        need(found.get(place[0], {}).get(chunk) == place, f"place of chunk {chunk.hex()}")
    counts["packs"], counts["chunks"] = len(found), sum(map(len, found.values()))
    return counts


def restore(vault: Vault, point: dict, folder, below: str | None = None) -> None:
    folder, done, later = pathlib.Path(folder), {}, []
    top = os.fsencode(below).strip(b"/").split(b"/") if below else []
    for key, entry in vault.walk(point["root"], point["levels"] - 1):
        names = key.split(b"\0") if key else []
        need(not any(name in (b"", b".", b"..") or b"/" in name for name in names), "name of an object")
        if names[:len(top)] != top:
            continue
        path = folder.joinpath(*map(os.fsdecode, names[len(top):]))
        if entry["kind"] == HARD_LINK:
            if entry["target"] in done:
                os.link(done[entry["target"]], path, follow_symlinks=False)
                continue
            entry = vault.find(point, entry["target"])
        done[key] = path
        create(vault, path, entry)
        if entry["kind"] == DIRECTORY:
            later.append((path, entry))
        else:
            apply_metadata(path, entry)
    for path, entry in reversed(later):
        apply_metadata(path, entry)


def create(vault: Vault, path: pathlib.Path, entry: dict) -> None:
    kind, metadata = entry["kind"], entry["metadata"]
    if kind == DIRECTORY:
        path.mkdir(parents=True, exist_ok=True)
    elif kind == SYMLINK:
        path.symlink_to(os.fsdecode(entry["target"]))
    elif kind == FILE and entry["content"] is not None:
        data = Content(vault.content(entry["content"]))
        with path.open("xb") as file:
            place_runs(file, [(0, entry["size"])] if metadata["runs"] is None else metadata["runs"], data)
            need(file.tell() <= entry["size"], "runs beyond the end")
            file.truncate(entry["size"])
        # A stranger's system has no place for streams but files of their own beside it.
        for name, size in metadata["streams"]:
            with path.with_name(f"{path.name}:{os.fsdecode(name)}").open("xb") as file:
                place_runs(file, [(0, size)], data)
        need(not data.take(1), "content left over")
        need(path.stat().st_size == entry["size"], f"size of {path}")
    elif kind in SPECIAL:
        os.mknod(path, SPECIAL[kind] | 0o600, os.makedev(*metadata["device"]))


class Content:
    """Stored content, taken in pieces of any size."""

    def __init__(self, chunks) -> None:
        self.chunks, self.held = chunks, b""

    def take(self, size: int) -> bytes:
        while not self.held and (chunk := next(self.chunks, None)) is not None:
            self.held = chunk
        part, self.held = self.held[:size], self.held[size:]
        return part


def place_runs(file, runs: list, data: Content) -> None:
    for gap, size in runs:
        file.seek(gap, os.SEEK_CUR)
        while size:
            part = data.take(size)
            need(part, "content ends before the runs")
            size -= file.write(part)


def apply_metadata(path: pathlib.Path, entry: dict) -> None:
    metadata = entry["metadata"]
    if not metadata or not os.path.lexists(path):
        return
    if os.geteuid() == 0:
        os.chown(path, metadata["owner"], metadata["group"], follow_symlinks=False)
    if entry["kind"] != SYMLINK:
        path.chmod(metadata["mode"])
    for name, value in metadata["attributes"]:
        os.setxattr(path, name, value, follow_symlinks=False)
    os.utime(path, ns=(entry["modified"], entry["modified"]), follow_symlinks=False)


def pack_size(size: int) -> int:
    unit = 1 << max(size.bit_length() - 5, 0)
    return max(size, min(16 * MIB, max(4096, -(-size // unit) * unit)))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("vault")
    secret = parser.add_mutually_exclusive_group(required=True)
    secret.add_argument("--password-file")
    secret.add_argument("--kit")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("points")
    commands.add_parser("check")
    into = commands.add_parser("restore")
    into.add_argument("point")
    into.add_argument("folder")
    into.add_argument("--below")
    options = parser.parse_args()
    if options.kit:
        vault = Vault(options.vault, kit=pathlib.Path(options.kit).read_text())
    else:
        vault = Vault(options.vault, password=pathlib.Path(options.password_file).read_bytes().rstrip(b"\n"))
    vault.read_journal()
    if options.command == "points":
        for point in vault.state["points"]:
            print(point["id"].hex(), point["objects"], point["client"], *point["sources"])
    elif options.command == "check":
        print(json.dumps(check(vault)))
    else:
        points = [point for point in vault.state["points"] if point["id"].hex().startswith(options.point)]
        need(len(points) == 1, "no such restore point")
        restore(vault, points[0], options.folder, options.below)
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Damage as damage:
        sys.exit(f"read_vault.py: {damage}")
