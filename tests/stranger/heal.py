#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""heal.py PACK...: mends packs in place by their parity, without keys. Written from the document alone."""

import hashlib
import pathlib
import sys

from vault import Damage, need, uint

BLOCK, FOOTER, DESCRIPTOR = 4096, 32, 64


def up(size: int) -> int:
    return -(-size // BLOCK) * BLOCK


def product(a: int, b: int) -> int:
    result = 0
    while b:
        result ^= a if b & 1 else 0
        a = a << 1 ^ (0x11D if a & 0x80 else 0)
        b >>= 1
    return result


TABLES = [bytes(product(a, b) for b in range(256)) for a in range(256)]
INVERSE = [0] + [TABLES[a].index(1) for a in range(1, 256)]


def times(block: bytes, factor: int) -> int:
    """The product of a block, as a long integer: their sum is then XOR."""
    return int.from_bytes(block.translate(TABLES[factor]), "little")


class Section:
    def __init__(self, data: bytes, at: int):
        """Reads the descriptor at `at`."""
        self.fields = fields = data[at:at + 32]
        need(fields[:5] == b"HBRP\x01" and hashlib.sha256(fields).digest() == data[at + 32:at + DESCRIPTOR], "descriptor")
        self.rows, self.stripes, self.copies, self.body = (uint(fields[i:i + 4]) for i in (8, 12, 16, 20))
        self.blocks = -(-self.body // BLOCK)
        self.hashes = 8 * (self.blocks + self.rows * self.stripes)
        size = up(DESCRIPTOR + self.hashes)
        first, front = up(self.body - FOOTER), self.copies // 2
        self.parity = first + front * size
        parity_size = BLOCK * self.rows * self.stripes
        self.copies_at = [first + i * size + (parity_size if i >= front else 0) for i in range(self.copies)]
        self.size = first + self.copies * size + parity_size + FOOTER
        need(at == self.copies_at[fields[6]], "place of descriptor")


def find(data: bytes) -> Section:
    for at in range(0, len(data), BLOCK):
        try:
            return Section(data, at)
        except (Damage, IndexError):
            pass
    raise Damage("no descriptor")


def solve(matrix: list[list[int]], sums: list[int]) -> list[bytes]:
    """Gauss and Jordan."""
    for pivot, row in enumerate(matrix):
        scale = INVERSE[row[pivot]]
        row[:] = [product(value, scale) for value in row]
        sums[pivot] = times(sums[pivot].to_bytes(BLOCK, "little"), scale)
        for other, values in enumerate(matrix):
            factor = values[pivot] if other != pivot else 0
            values[:] = [value ^ product(mine, factor) for value, mine in zip(values, row)]
            sums[other] ^= times(sums[pivot].to_bytes(BLOCK, "little"), factor)
    return [value.to_bytes(BLOCK, "little") for value in sums]


def parts(section: Section, data: bytes) -> tuple[bytearray, list[bytes]]:
    """The blocks of the body, one after the other, and the parity blocks."""
    body = bytearray(data[:section.body - FOOTER] + data[-FOOTER:]).ljust(section.blocks * BLOCK, b"\0")
    return body, [data[section.parity + i * BLOCK:section.parity + (i + 1) * BLOCK]
                  for i in range(section.rows * section.stripes)]


def coefficient(row: int, column: int) -> int:
    return INVERSE[255 - row ^ column]


def columns_of(section: Section, body: bytearray, stripe: int) -> dict[int, bytes]:
    return {b // section.stripes: bytes(body[b * BLOCK:(b + 1) * BLOCK])
            for b in range(stripe, section.blocks, section.stripes)}


def encode(section: Section, body: bytearray) -> bytes:
    """The pack of a body."""
    parity = []
    for number in range(section.rows * section.stripes):
        row, stripe = divmod(number, section.stripes)
        total = 0
        for column, block in columns_of(section, body, stripe).items():
            total ^= times(block, coefficient(row, column))
        parity.append(total.to_bytes(BLOCK, "little"))
    blocks = [body[i:i + BLOCK] for i in range(0, len(body), BLOCK)] + parity
    hashes = b"".join(hashlib.sha256(block).digest()[:8] for block in blocks)
    pack = bytearray(section.size)
    pack[:section.body - FOOTER] = body[:section.body - FOOTER]
    pack[-FOOTER:] = body[section.body - FOOTER:section.body]
    pack[section.parity:section.parity + BLOCK * len(parity)] = b"".join(parity)
    for number, at in enumerate(section.copies_at):
        mine = section.fields[:6] + bytes([number]) + section.fields[7:]
        copy = mine + hashlib.sha256(mine).digest() + hashes
        pack[at:at + len(copy)] = copy
    return bytes(pack)


def check(data: bytes) -> None:
    """Raises Damage when a pack with parity is not what its body makes of it, to the last byte."""
    section = find(data)
    body, _ = parts(section, data)
    need(data == encode(section, body), "parity")


def heal(data: bytes) -> bytes:
    section = find(data)
    data = data[:section.size].ljust(section.size, b"\0")
    body, parity = parts(section, data)

    hashes_at = [at + DESCRIPTOR for at in section.copies_at]

    def is_intact(block: bytes, number: int) -> bool:
        digest = hashlib.sha256(block).digest()[:8]
        return any(data[at + 8 * number:at + 8 * number + 8] == digest for at in hashes_at)

    for stripe in range(section.stripes):
        columns = columns_of(section, body, stripe)
        missing = [c for c, block in columns.items() if not is_intact(block, c * section.stripes + stripe)]
        numbers = [row * section.stripes + stripe for row in range(section.rows)]
        rows = [row for row, i in enumerate(numbers) if is_intact(parity[i], section.blocks + i)][:len(missing)]
        need(len(rows) == len(missing), f"stripe {stripe} is beyond healing")
        sums = [int.from_bytes(parity[numbers[row]], "little") for row in rows]
        for column in columns.keys() - set(missing):
            sums = [value ^ times(columns[column], coefficient(row, column)) for row, value in zip(rows, sums)]
        for column, block in zip(missing, solve([[coefficient(row, c) for c in missing] for row in rows], sums)):
            at = (column * section.stripes + stripe) * BLOCK
            body[at:at + BLOCK] = block
    return encode(section, body)


if __name__ == "__main__":
    for name in sys.argv[1:]:
        pathlib.Path(name).write_bytes(heal(pathlib.Path(name).read_bytes()))
