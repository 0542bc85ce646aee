#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""make_seeds.py FOLDER: takes what fuzzers begin with out of the golden vault, below its seals, with the stranger's
reader: FOLDER/NAME/seed-N for NAME_fuzz. What came of them is in corpus; done again only for a new format."""

import json
import pathlib
import sys

sys.dont_write_bytecode = True
TESTS = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(TESTS / "stranger"))
from vault import ENTRY, POINT, RUN, Vault, uint, unseal  # noqa: E402

WORDS = {
    "settings": ["hbr\nname = a%0Ab\n\n# text\npath = /srv\n"],
    "text": ["1.5GiB", "64K", "18446744073709551615", "00ff7f", "\u00fcn\u00ef\x1b\u2603"],
    "exclude_rules": ["# text\n!*.keep\n/var/**/cache/\nfolder/*.[ch]\n\0var\0lib\0cache\0x.c"],
    "glob_pattern": ["**/[!a-c]?*x\\*\0bx*\0\u2603", "*a*b*c\0aabbcc"],
    "command_line": ["backup\0run\0/srv\0--client=x\0--tag\0y", "point\0forget\0--keep-last\0007", "verify\0--depth\0data",
                     "restore\0latest\0--target\0/x", "prune\0--max-unused\0005%\0--yes"],
}


def seeds(vault: Vault, kit: str):
    """Pairs of a fuzzer's name and bytes for it."""
    yield "recovery_kit", kit.encode()
    yield "key_object", vault.read(vault.names("keys")[0])
    for name in vault.names("journal"):
        yield "journal", vault.open_whole(name, vault.read(name), ENTRY).data[1:]
    for name in vault.names("points"):
        yield "point_record", vault.open_whole(name, vault.read(name), POINT).data
    for point in vault.state["points"]:
        yield "tree", vault.chunk(point["root"])
        for key, payload in vault.node(point["root"], 0)[-12:]:
            yield "tree", payload
    yield "file_metadata", b"\xff\xff\xff\xff\0\0\0\0\1" + bytes.fromhex("a403000001000000000000 00 00 00")
    yield "file_metadata", bytes(8) + bytes.fromhex("010000000100002000020200020101 73 ac02")
    yield "content_ref", b"\0\1" + bytes(32) + b"\5"
    yield "sealed_object", b"\5\0\0\0\0\0\0\0abcde\0\0"
    for name in vault.names("packs")[:2]:
        data, key = vault.read(name), vault.pack_key(name[-32:])
        footer = unseal(*key, 4, 0, data[-32:])
        offset, size = uint(footer[:4]), uint(footer[8:12])
        yield "pack", b"\1" + footer
        yield "pack", b"\3" + unseal(*key, 3, offset, data[offset:-32])[:size]
    yield "pack", b"\2\0\3\0\0\0abc"
    for run in vault.state["runs"]:
        name = f"index/{run['id'].hex()}"
        data = vault.read(name)
        key = vault.object_key(name, data[:40], RUN)
        footer = unseal(*key, 4, 2**64 - 1, data[-64:])
        block = uint(footer[:8])
        roles = [5] + [6] * -(-uint(footer[16:24]) // (block - 16)) + [7, 5]
        yield "index_run", footer + b"".join(
            unseal(*key, role, at, data[40 + at * block:40 + (at + 1) * block])
            for at, role in enumerate(roles if len(data) == 104 + len(roles) * block else []))


def path_segment_seeds():
    """Parts of the index of paths as agent/search/README.md tells them; the first two bytes are those of path_segment_fuzz."""
    def text(content: bytes) -> bytes:
        return bytes([len(content)]) + content

    keys = [(0, b"etc"), (3, b"\0hosts"), (4, b"passwd")]
    yield "path_segment", bytes([0, len(keys)]) + b"".join(bytes([shared]) + text(rest) for shared, rest in keys)
    # Three paths with a version each, in one line: counts, lines, froms, tos, kinds, sizes, times.
    columns = [b"\1\1\1", b"\0\0\0", b"\0\0\1", b"\1\2\2", b"\1\0\0", b"\0\7\x80\1", b"\0\2\1"]
    yield "path_segment", bytes([1, 3]) + b"".join(map(text, columns))
    yield "path_segment", bytes([2, 0]) + bytes(range(64))
    yield "path_segment", bytes([3, 0]) + bytes(40)
    # A vault without points: format, id, time, next line, then no lines, unreadable points, segments, forgotten points.
    yield "path_segment", bytes([4, 0]) + b"HBR paths 1\n" + bytes(16) + b"\x02\0" + bytes(5)
    for words in (b'host', b'"hosts"', b"etc/*.conf", b"[a-c]?*", "\u00c4\u00df".encode()):
        yield "path_segment", bytes([5, 0]) + words


def main() -> int:
    expected = json.loads((TESTS / "goldens" / "v1" / "expected.json").read_text())
    vault = Vault(TESTS / "goldens" / "v1" / "vault", kit=expected["recoveryKit"])
    vault.read_journal()
    pairs = list(seeds(vault, expected["recoveryKit"]))
    pairs += [(name, text.encode()) for name, texts in WORDS.items() for text in texts]
    pairs += list(path_segment_seeds())
    for number, (name, content) in enumerate(pairs):
        folder = pathlib.Path(sys.argv[1]) / name
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"seed-{number}").write_bytes(content)
    return 0


if __name__ == "__main__":
    sys.exit(main())
