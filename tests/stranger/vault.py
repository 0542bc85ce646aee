# SPDX-License-Identifier: Apache-2.0
"""vault.py: reads the bytes of a vault. Written from agent/doc/vault_format.md alone, without hbr's code, to prove that
the document is enough. Needs Debian's python3-cryptography and python3-zstandard."""

import collections
import hashlib
import hmac
import os
import pathlib

import zstandard
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM, ChaCha20Poly1305
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

ENTRY, POINT, RUN, PACK, LABEL = 1, 2, 3, 4, 5
FILE, DIRECTORY, SYMLINK, BLOCK, CHARACTER, FIFO, SOCKET, HARD_LINK = range(1, 9)
MIB = 1 << 20


class Damage(Exception):
    """Bytes that break a rule of the document."""


def need(condition, what: str) -> None:
    if not condition:
        raise Damage(what)


def uint(data: bytes) -> int:
    return int.from_bytes(data, "little")


class Decoder:
    """The notation of the document."""

    def __init__(self, data: bytes):
        self.data, self.at = data, 0

    def raw(self, size: int) -> bytes:
        need(size <= len(self.data) - self.at, "record ends too soon")
        self.at += size
        return self.data[self.at - size:self.at]

    def u8(self) -> int:
        return self.raw(1)[0]

    def number(self) -> int:
        value = 0
        for place in range(10):
            byte = self.u8()
            value |= (byte & 127) << 7 * place
            if byte < 128:
                need(value < 1 << 64, "number of more than 64 bits")
                return value
        raise Damage("number of more than ten bytes")

    def signed(self) -> int:
        value = self.number()
        return value >> 1 ^ -(value & 1)

    def blob(self) -> bytes:
        return self.raw(self.number())

    def text(self) -> str:
        return os.fsdecode(self.blob())

    def time(self) -> int:
        seconds, nanoseconds = self.signed(), self.number()
        need(nanoseconds < 10**9, "nanoseconds")
        return seconds * 10**9 + nanoseconds

    def flag(self) -> int:
        value = self.u8()
        need(value <= 1, "flag")
        return value

    def list(self, item, limit: int = 1 << 28) -> list:
        count = self.number()
        need(count <= limit, "count above its limit")
        return [item() for _ in range(count)]

    def ids(self) -> list:
        return self.list(lambda: self.raw(16))

    def refs(self) -> list:
        return self.list(lambda: (self.raw(32), self.number()), 32)

    def content(self) -> tuple:
        depth = self.number()
        need(depth <= 11, "depth")
        return depth, self.refs()

    def session(self) -> dict:
        return {"id": self.raw(16), "client": self.text(), "seen": self.signed()}

    def run(self) -> dict:
        return {"id": self.raw(16), "entries": self.number(), "packs": self.number(), "size": self.number(),
                "session": self.raw(16)}

    def point(self) -> dict:
        return {"id": self.raw(16), "client": self.text(), "plan": self.text(), "sources": self.list(self.text, MIB),
                "tags": self.list(self.text, MIB), "started": self.time(), "finished": self.time(),
                "root": self.raw(32), "size": self.number(), "levels": self.number(), "objects": self.number(),
                "logical": self.number(), "read": self.number(), "new": self.number(), "stored": self.number(),
                "faults": self.number(), "faultList": self.content(), "parent": self.raw(16)}

    def at_end(self) -> bool:
        return self.at == len(self.data)

    def end(self) -> None:
        need(self.at_end(), "bytes left over")


def hkdf(key: bytes, salt: bytes, info: bytes) -> bytes:
    return HKDF(hashes.SHA256(), 32, salt, info).derive(key)


def unseal(key: bytes, cipher: int, role: int, number: int, sealed: bytes) -> bytes:
    nonce = role.to_bytes(4, "little") + number.to_bytes(8, "little")
    try:
        return (AESGCM if cipher == 1 else ChaCha20Poly1305)(key).decrypt(nonce, sealed, b"")
    except InvalidTag:
        raise Damage("a seal is broken") from None


def read_kit(text: str) -> tuple:
    """Vault id and master key of a recovery kit."""
    words = [word for word in text.partition("HBR-KEY")[2].split() or text.split() if not word.endswith(".")]
    need(len(words) == 12, "a recovery kit has twelve groups")
    code = b""
    for index, word in enumerate(words):
        group = bytes.fromhex(word)
        need(len(group) == 5 and group[4] == hashlib.sha256(bytes([index]) + group[:4]).digest()[0], f"group {word}")
        code += group[:4]
    return code[:16], code[16:]


def stretch(password: bytes, preamble: bytes) -> bytes:
    """The wrapping key."""
    log_n, r, p = preamble[7], uint(preamble[8:10]), uint(preamble[10:12])
    need(1 <= log_n <= 22 and 1 <= r <= 64 and 1 <= p <= 16 and 128 * r << log_n <= 5 << 30, "cost of scrypt")
    memory = (128 * r << log_n) + 256 * r * (p + 1) + MIB
    stretched = hashlib.scrypt(password, salt=preamble[12:44], n=1 << log_n, r=r, p=p, maxmem=memory, dklen=32)
    return hkdf(stretched, b"hbr 1 wrap", preamble)


class Vault:
    def __init__(self, folder, password: bytes | None = None, kit: str | None = None):
        self.folder = pathlib.Path(folder)
        self.vault_id, self.master = read_kit(kit) if kit is not None else self.open_with_password(password)
        self.seal_key = hkdf(self.master, self.vault_id, b"hbr 1 seal")
        self.chunk_key = hkdf(self.master, self.vault_id, b"hbr 1 chunk id")
        self.packs, self.segments = {}, collections.OrderedDict()
        self.state, self.places = None, {}

    def names(self, prefix: str) -> list:
        top = self.folder / prefix
        return sorted(path.relative_to(self.folder).as_posix() for path in top.rglob("*") if path.is_file())

    def read(self, name: str) -> bytes:
        return (self.folder / name).read_bytes()

    def open_with_password(self, password: bytes) -> tuple:
        for name in self.names("keys"):
            data = self.read(name)
            if len(data) < 108 or data[:6] != b"HBRK\x01\x01" or data[6] not in (1, 2):
                continue
            try:
                return data[44:60], unseal(stretch(password, data[:60]), data[6], 8, 0, data[60:108])
            except Damage:
                continue
        raise Damage("no key object opens with this password")

    def object_key(self, name: str, header: bytes, kind: int) -> tuple:
        """Object key and cipher."""
        need(len(header) == 40 and header[:6] == b"HBRV\x01" + bytes([kind]) and header[6] in (1, 2) and not header[7],
             f"header of {name}")
        return hkdf(self.seal_key, header[8:], header[:8] + self.vault_id + name.encode()), header[6]

    def open_whole(self, name: str, data: bytes, kind: int) -> Decoder:
        need(len(data) >= 64, f"{name} is too short")
        body = unseal(*self.object_key(name, data[:40], kind), 1, 0, data[40:])
        size = uint(body[:8])
        need(size <= len(body) - 8 and not any(body[8 + size:]), f"record of {name}")
        return Decoder(body[8:8 + size])

    # The journal.

    def read_journal(self) -> dict:
        number = max(int(name.rpartition("/")[2], 16) for name in self.names("journal"))
        while True:
            state, ended, first = None, False, number - number % 64
            last = number
            number = first
            while (self.folder / f"journal/{number:016x}").exists():
                name = f"journal/{number:016x}"
                record = self.open_whole(name, self.read(name), ENTRY)
                kind = record.u8()
                if kind == 1:
                    state = self.decode_state(record)
                    need(state["sequence"] == number, f"sequence in {name}")
                elif kind == 2 and state:
                    self.apply_changes(state, record)
                else:
                    need(kind == 3 and state, f"kind of {name}")
                    ended = True
                record.end()
                if ended:
                    break
                number += 1
            if not ended:
                need(state and number > last, f"hole in the journal at {number}")
                self.state, self.places = state, {}
                return state
            number += 64 - number % 64

    @staticmethod
    def decode_state(record: Decoder) -> dict:
        state = {"sequence": record.number(), "sessions": record.list(record.session), "runs": record.list(record.run),
                 "points": record.list(record.point)}
        for point in state["points"]:
            point["sequence"] = record.number()
        state["condemned"] = record.ids()
        for field in ("last removal", "distrusted", "journal start"):
            state[field] = record.number()
        state["parity"] = 0 if record.at_end() else record.number()
        return state

    @staticmethod
    def apply_changes(state: dict, record: Decoder) -> None:
        state["sequence"] += 1
        for session in record.list(record.session):
            for index, known in enumerate(state["sessions"]):
                if known["id"] == session["id"]:
                    state["sessions"][index] = session
                    break
            else:
                state["sessions"].append(session)
        ended = record.ids()
        state["runs"] += record.list(record.run)
        removed = record.ids()
        state["runs"] = [run for run in state["runs"] if run["id"] not in removed]
        state["sessions"] = [session for session in state["sessions"] if session["id"] not in ended]
        for run in state["runs"]:
            if run["session"] in ended:
                run["session"] = bytes(16)
        added, removed = record.list(record.point), record.ids()
        state["points"] = [point for point in state["points"] if point["id"] not in removed]
        state["points"] += [point | {"sequence": state["sequence"]} for point in added]
        condemned, forgotten = record.ids(), record.ids()
        state["condemned"] = [pack for pack in state["condemned"] + condemned if pack not in forgotten]
        distrust, start = record.flag(), record.number()
        if condemned or distrust:
            state["last removal"] = state["sequence"]
        if distrust:
            state["distrusted"] = state["sequence"]
        if start:
            state["journal start"] = start
        if not record.at_end():
            state["parity"] = record.number()

    # Index runs. All are read into one table of places, so that a newer run takes the place of an older one.

    def read_run(self, run: dict) -> dict:
        name = f"index/{run['id'].hex()}"
        data = self.read(name)
        key, cipher = self.object_key(name, data[:40], RUN)
        footer = unseal(key, cipher, 4, 2**64 - 1, data[-64:])
        block, entries, filter_bytes, packs = (uint(footer[at:at + 8]) for at in (0, 8, 16, 24))
        need(block in (1024, 4096, 16384) and not any(footer[32:]) and filter_bytes >= 32 and filter_bytes % 32 == 0
             and len(data) == run["size"] and entries == run["entries"] and packs == run["packs"], f"footer of {name}")
        room = block - 16
        each = room // 48
        counts = [-(-entries // each), -(-filter_bytes // room), -(-16 * packs // room)]
        counts.append(-(-8 * counts[0] // room))
        need(len(data) == 40 + sum(counts) * block + 64, f"size of {name}")
        regions, number = [], 0
        for count, role in zip(counts, (5, 6, 7, 5)):
            parts = [unseal(key, cipher, role, at, data[40 + at * block:40 + (at + 1) * block])
                     for at in range(number, number + count)]
            regions.append(parts)
            number += count
        table, fences = b"".join(regions[2]), b"".join(regions[3])
        places, before = {}, b""
        for index in range(entries):
            entry = regions[0][index // each][index % each * 48:][:48]
            chunk = entry[:32]
            need(before < chunk, f"order in {name}")
            need(index % each or fences[index // each * 8:][:8] == chunk[:8], f"fence of {name}")
            need(in_filter(b"".join(regions[1])[:filter_bytes], chunk), f"filter of {name}")
            pack = uint(entry[32:36])
            need(pack < packs, f"pack number in {name}")
            places[chunk] = (table[pack * 16:pack * 16 + 16].hex(), *(uint(entry[at:at + 3]) for at in (36, 39, 42, 45)))
            before = chunk
        return places

    def all_places(self) -> dict:
        if not self.places:
            for run in self.state["runs"]:
                self.places.update(self.read_run(run))
        return self.places

    # Packs, segments and chunks.

    def pack_key(self, pack: str) -> tuple:
        if pack not in self.packs:
            name = f"packs/{pack[:2]}/{pack}"
            with (self.folder / name).open("rb") as file:
                self.packs[pack] = self.object_key(name, file.read(40), PACK)
        return self.packs[pack]

    def segment(self, pack: str, offset: int, size: int) -> bytes:
        if (pack, offset) not in self.segments:
            key = self.pack_key(pack)
            with (self.folder / f"packs/{pack[:2]}/{pack}").open("rb") as file:
                file.seek(offset)
                plain = unseal(*key, 2, offset, file.read(size))
            raw_size, payload = uint(plain[1:5]), plain[5:]
            need(plain[0] in (0, 1) and raw_size <= 8 * MIB, "head of a segment")
            if plain[0] == 1:
                frame = zstandard.ZstdDecompressor(max_window_size=8 * MIB).decompressobj()
                payload = frame.decompress(payload)
                need(not frame.unused_data, "bytes after a frame")
            need(len(payload) == raw_size, "raw size of a segment")
            self.segments[pack, offset] = payload
            if len(self.segments) > 16:
                self.segments.popitem(last=False)
        return self.segments[pack, offset]

    def check_id(self, chunk: bytes, data: bytes) -> None:
        need(hmac.digest(self.chunk_key, data, "sha256") == chunk, f"chunk {chunk.hex()} has other content")

    def chunk(self, chunk: bytes) -> bytes:
        need(chunk in self.all_places(), f"chunk {chunk.hex()} is in no run")
        pack, offset, sealed, at, size = self.places[chunk]
        data = self.segment(pack, offset, sealed)[at:at + size]
        need(len(data) == size, f"size of chunk {chunk.hex()}")
        self.check_id(chunk, data)
        return data

    def content(self, content: tuple):
        """The data chunks of a content, in order."""
        depth, refs = content
        for chunk, size in refs:
            data = self.chunk(chunk)
            if depth:
                inner = Decoder(data)
                below = inner.refs()
                inner.end()
                need(sum(part for _, part in below) == size, "sizes of a list chunk")
                yield from self.content((depth - 1, below))
            else:
                need(len(data) == size, "size of a data chunk")
                yield data

    # Trees.

    def node(self, chunk: bytes, level: int) -> list:
        record = Decoder(self.chunk(chunk))
        need(record.u8() == level, "level of a node")
        items, key = [], b""
        for index in range(record.number()):
            shared = record.number()
            need(shared <= (len(key) if index else 0), "shared part of a key")
            following = key[:shared] + record.blob()
            need(not index or following > key, "order of keys")
            key = following
            items.append((key, record.blob()))
        record.end()
        return items

    def walk(self, chunk: bytes, level: int, low: bytes | None = None):
        """The entries below a node."""
        for index, (key, payload) in enumerate(self.node(chunk, level)):
            need(index or low is None or key == low, "first key of a node")
            if level:
                yield from self.walk(payload, level - 1, key)
            else:
                yield key, decode_entry(payload)

    def find(self, point: dict, wanted: bytes) -> dict:
        chunk = point["root"]
        for level in range(point["levels"] - 1, -1, -1):
            below = [payload for key, payload in self.node(chunk, level) if (key <= wanted if level else key == wanted)]
            need(below, "no object has this key")
            chunk = below[-1]
        return decode_entry(chunk)


def decode_entry(payload: bytes) -> dict:
    record = Decoder(payload)
    entry = {"kind": record.u8(), "size": record.number(), "modified": record.time(), "target": record.blob(),
             "token": record.blob(), "metadata": decode_metadata(record.blob()),
             "content": record.content() if record.flag() else None}
    record.end()
    need(FILE <= entry["kind"] <= HARD_LINK, "kind of an object")
    return entry


def decode_metadata(blob: bytes) -> dict | None:
    if not blob:
        return None
    record = Decoder(blob)
    need(record.u8() == 1, "format of file metadata")
    metadata = {"mode": record.number(), "owner": record.number(), "group": record.number(), "links": record.number(),
                "device": (record.number(), record.number()), "windows": record.number(), "flags": record.number(),
                "created": record.time(), "attributes": record.list(lambda: (record.blob(), record.blob()))}
    shape = record.u8()
    need(shape <= 3, "shape of a file")
    metadata["runs"] = record.list(lambda: (record.number(), record.number())) if shape & 1 else None
    metadata["streams"] = record.list(lambda: (record.blob(), record.number())) if shape & 2 else []
    record.end()
    return metadata


def in_filter(data: bytes, chunk: bytes) -> bool:
    salts = (0x47B6137B, 0x44974D91, 0x8824AD5B, 0xA2B7289D, 0x705495C7, 0x2DF1424B, 0x9EFC4947, 0x5C6BFB31)
    block = data[(uint(chunk[8:12]) * (len(data) // 32) >> 32) * 32:][:32]
    return all(uint(block[4 * i:4 * i + 4]) >> ((uint(chunk[12:16]) * salts[i] & 0xFFFFFFFF) >> 27) & 1
               for i in range(8))
