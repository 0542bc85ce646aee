#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""certificate.py read FILE: checks a registration certificate and prints what it says as JSON.
certificate.py issue SECRET: signs what such JSON on standard input says with the 32 bytes of a private key in hex.

Written from agent/doc/certificate_format.md alone, without hbr's code, to prove that the document is enough. Needs
Debian's python3-cryptography and python3-zstandard."""

import base64
import calendar
import hashlib
import json
import pathlib
import sys
import time

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509 import load_pem_x509_certificate

from vault import Damage, Decoder, need, uint

BEGIN, END = "-----BEGIN HBR CERTIFICATE-----", "-----END HBR CERTIFICATE-----"
PURPOSE = b"HBR registration certificate\n"
HEAD, SIGNATURE = 41, 64
NETWORKS = {1: "vpc", 2: "classic", 3: "public"}
ADDRESSINGS = ("path", "host")
UTC = "%Y-%m-%dT%H:%M:%SZ"


def fingerprint(issuer: bytes) -> str:
    digits = hashlib.sha256(issuer).hexdigest()[:32]
    return "-".join(digits[at:at + 4] for at in range(0, 32, 4))


def token_of(text: str) -> bytes:
    lines = [line.strip(" \t\r") for line in text.split("\n")]
    lines = [line for line in lines if line]
    need(len(text.encode()) <= 65536 and lines[0] == BEGIN and lines[-1] == END, "marked lines")
    letters = "".join(lines[1:-1])
    token = base64.b64decode(letters, validate=True)
    need(base64.b64encode(token).decode() == letters, "base64")
    return token


def text_of(token: bytes) -> str:
    letters = base64.b64encode(token).decode()
    return "\n".join([BEGIN, *(letters[at:at + 64] for at in range(0, len(letters), 64)), END, ""])


def shown(text: str, least: int, most: int) -> str:
    need(least <= len(text) <= most and not any(ord(c) < 0x20 or 0x7F <= ord(c) < 0xA0 for c in text), "text")
    return text


def read_authorities(pem: str) -> str | None:
    """X.509 certificates alone: each is read, and written anew they are the same text."""
    blocks = [block + "-----END CERTIFICATE-----\n" for block in pem.split("-----END CERTIFICATE-----\n")[:-1]]
    written = b"".join(load_pem_x509_certificate(block.encode()).public_bytes(Encoding.PEM) for block in blocks)
    need(written.decode() == pem and len(written) <= 32768, "authorities")
    return pem or None


def read_content(content: bytes) -> dict:
    decoder = Decoder(content)

    def string() -> str:
        return decoder.blob().decode()

    def name() -> str:
        text = shown(string(), 1, 64)
        need(text.strip(" "), "name of blanks")
        return text

    said: dict = {"id": decoder.raw(16).hex()}
    issued, ends = uint(decoder.raw(8)), uint(decoder.raw(8))
    need(ends == issued + 172_800 and ends <= 253_402_300_799, "two days")
    said |= {"issuedAt": time.strftime(UTC, time.gmtime(issued)), "endsAt": time.strftime(UTC, time.gmtime(ends))}
    said["client"] = {"id": decoder.raw(16).hex(), "name": name()}
    said["vault"] = {"name": name(), "description": shown(string(), 0, 256) or None}
    need(decoder.u8() == 1, "kind of store")
    store: dict = {"kind": "s3", "bucket": string(), "folder": string(), "region": string()}
    store["addressing"] = ADDRESSINGS[decoder.flag()]
    endpoints = decoder.list(lambda: (decoder.u8(), string()), 3)
    networks = [network for network, _ in endpoints]
    need(endpoints and networks == sorted(set(networks)), "networks")
    store["endpoints"] = {NETWORKS[network]: url for network, url in endpoints}
    store["authorities"] = read_authorities(string())
    need(decoder.at == len(content), "bytes are left over")
    return said | {"store": store}


def read(text: str) -> dict:
    token = token_of(text)
    need(token[:4] == b"HBRC" and token[4] == 1, "magic and form")
    size = uint(token[5:9])
    need(len(token) == HEAD + size + SIGNATURE, "size")
    issuer = token[9:HEAD]
    Ed25519PublicKey.from_public_bytes(issuer).verify(token[-SIGNATURE:], PURPOSE + token[:-SIGNATURE])
    said = read_content(token[HEAD:-SIGNATURE])
    return said | {"issuer": {"publicKey": issuer.hex(), "fingerprint": fingerprint(issuer)}}


def number(value: int) -> bytes:
    encoded = b""
    while value >= 128:
        encoded += bytes([value & 127 | 128])
        value >>= 7
    return encoded + bytes([value])


def string(text: str | None) -> bytes:
    content = (text or "").encode()
    return number(len(content)) + content


def content_of(said: dict) -> bytes:
    store = said["store"]
    networks = [(network, store["endpoints"][name]) for network, name in NETWORKS.items() if name in store["endpoints"]]
    times = [calendar.timegm(time.strptime(said[which], UTC)).to_bytes(8, "little") for which in ("issuedAt", "endsAt")]
    return b"".join([
        bytes.fromhex(said["id"]), *times, bytes.fromhex(said["client"]["id"]), string(said["client"]["name"]),
        string(said["vault"]["name"]), string(said["vault"]["description"]), b"\1", string(store["bucket"]),
        string(store["folder"]), string(store["region"]), bytes([ADDRESSINGS.index(store["addressing"])]),
        number(len(networks)), *(bytes([network]) + string(url) for network, url in networks),
        string(store["authorities"])])


def issue(secret: bytes, said: dict) -> str:
    key = Ed25519PrivateKey.from_private_bytes(secret)
    content = content_of(said)
    issuer = key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    token = b"HBRC\1" + len(content).to_bytes(4, "little") + issuer + content
    return text_of(token + key.sign(PURPOSE + token))


def main() -> int:
    if sys.argv[1] == "issue":
        sys.stdout.write(issue(bytes.fromhex(sys.argv[2]), json.load(sys.stdin)))
        return 0
    try:
        print(json.dumps(read(pathlib.Path(sys.argv[2]).read_bytes().decode())))
        return 0
    except (Damage, InvalidSignature, ValueError, IndexError) as problem:
        print(f"certificate.py: refused: {problem!r}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
