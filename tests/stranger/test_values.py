#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""test_values.py: computes the test values at the end of agent/doc/vault_format.md and finds them there."""

import hmac
import pathlib
import sys

from vault import decode_metadata, hkdf, read_kit, stretch, uint, unseal

DOCUMENT = pathlib.Path(__file__).resolve().parents[2] / "agent" / "doc" / "vault_format.md"
MASTER, VAULT_ID, SALT = bytes(range(32)), bytes(range(0xA0, 0xB0)), bytes(range(0x40, 0x60))


def document_values() -> dict:
    """First cell of each row of the table -> the values in its last cell."""
    table = DOCUMENT.read_text().rpartition("## Test values")[2]
    rows = [row.split("|")[1:3] for row in table.splitlines() if row.startswith("| ")]
    return {name.strip().partition(": ")[0]: value.split("`")[1::2] for name, value in rows}


def main() -> int:
    values = document_values()
    seal_key, chunk_key, boundary = (hkdf(MASTER, VAULT_ID, b"hbr 1 " + what) for what in
                                     (b"seal", b"chunk id", b"boundary"))
    pack_key = hkdf(seal_key, SALT, bytes.fromhex("4842525601040100") + VAULT_ID + b"packs/00/" + b"0" * 32)
    preamble = b"HBRK\x01\x01\x01\x10" + b"\x08\0\x01\0" + SALT + VAULT_ID
    sip, tree = hkdf(boundary, b"sip", b""), hkdf(boundary, b"tree", b"")

    def numbers(*words):
        return [f"{uint(word[:8]):016x}" for word in words]

    computed = {
        "seal key": [seal_key.hex()],
        "chunk id key": [chunk_key.hex()],
        "boundary key": [boundary.hex()],
        "chunk id of the text `abc`": [hmac.digest(chunk_key, b"abc", "sha256").hex()],
        "object key of pack 00…00, cipher 1": [pack_key.hex()],
        "gear[0], gear[255], as numbers": numbers(hkdf(boundary, b"gear", b"\0"), hkdf(boundary, b"gear", b"\x3f")[24:]),
        "k0, k1 of streams, as numbers": numbers(sip, sip[8:]),
        "k0, k1 of trees, as numbers": numbers(tree, tree[8:]),
        "wrapping key, cipher 1": [stretch(b"correct horse", preamble).hex()],
    }
    wrong = [name for name in computed if values.get(name) != computed[name]]
    segment = bytes.fromhex(values["first segment of that pack (offset 40)"][0])
    master = bytes.fromhex(values["bytes 60 to 107 of that key object"][0])
    if unseal(pack_key, 1, 2, 40, segment) != b"\0\3\0\0\0abc":
        wrong.append("first segment")
    if unseal(bytes.fromhex(values["wrapping key, cipher 1"][0]), 1, 8, 0, master) != MASTER:
        wrong.append("master key in the key object")
    if read_kit(values["code of the recovery kit"][0]) != (VAULT_ID, MASTER):
        wrong.append("recovery kit")
    stream = decode_metadata(bytes.fromhex(values["metadata of a file with a stream"][0]))
    if (stream["windows"], stream["runs"], stream["streams"]) != (0x20, None, [(b"s", 300)]):
        wrong.append("metadata of a file with a stream")
    for name in wrong:
        print(f"{name} is not what the document says")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
