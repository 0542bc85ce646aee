#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""s3_round_trip.py HBR.exe: the Windows program under wine and real S3 servers: the main job, what it says when the
key is wrong or nobody answers, and TLS with the authorities of a file and those of the system."""

import hashlib
import pathlib
import ssl
import struct
import subprocess
import sys

sys.dont_write_bytecode = True
TESTS = pathlib.Path(__file__).resolve().parents[1]
sys.path[:0] = [str(TESTS / "system"), str(TESTS / "s3")]
from lab import DENIED, FAILED, Lab, change, fill  # noqa: E402
from s3_network import make_certificates  # noqa: E402
from wine_lab import WINE_RUN, WineLab  # noqa: E402
import servers  # noqa: E402

KEY = {"HBR_S3_ACCESS_KEY_ID": servers.KEY_ID, "HBR_S3_SECRET_ACCESS_KEY": servers.SECRET}
ROOTS = r"HKCU\Software\Microsoft\SystemCertificates\Root\Certificates"


def contents(folder: pathlib.Path) -> dict[str, str]:
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in folder.rglob("*") if path.is_file()}


def comes_back(lab: Lab, source: pathlib.Path, vault: str, name: str) -> None:
    target = lab.work / f"restored {name}"
    lab.run("restore", "latest", "--vault", vault, "--target", target)
    found = [path for path in target.rglob(source.name) if path.is_dir()]
    lab.check(len(found) == 1 and contents(found[0]) == contents(source), f"{name}: the restore differs")


def main_job(lab: Lab, server: servers.Server, source: pathlib.Path) -> None:
    server.make_bucket("main-job")
    vault = f"{server.name}-main"
    lab.run("vault", "create", "s3://main-job/some/folder", "--name", vault, "--endpoint", server.endpoint,
            environment=KEY)
    # From here on the remembered key is used, which Windows keeps.
    lab.run("backup", "run", source, "--vault", vault)
    change(source, 1)
    lab.run("backup", "run", source, "--vault", vault)
    comes_back(lab, source, vault, server.name)
    lab.run("verify", "--vault", vault, "--depth", "data")
    lab.run("point", "forget", "--vault", vault, "--keep-last", "1", "--yes")
    lab.run("prune", "--vault", vault, "--max-unused", "0", "--yes")
    lab.run("verify", "--vault", vault, "--depth", "data")
    comes_back(lab, source, vault, f"{server.name} after prune")


def refused(lab: Lab, code: str, expect: int, endpoint: str, *options: object, key: dict | None = None) -> None:
    said = lab.run("vault", "connect", "s3://main-job/some/folder", "--name", "refused", "--endpoint", endpoint,
                   *options, environment=key or KEY, expect=expect)
    lab.check(code in said.stderr, f"not {code} but: {said.stderr}")


class SystemAuthority:
    """A certificate among the system's roots, by the registry; use with 'with'."""

    def __init__(self, lab: Lab, pem: pathlib.Path):
        encoded = ssl.PEM_cert_to_DER_cert(pem.read_text())
        digest = hashlib.sha1(encoded).digest()
        self.lab = lab
        self.key = ROOTS + "\\" + digest.hex().upper()
        # Its properties: the hash, then the certificate itself.
        self.blob = b"".join(struct.pack("<III", number, 1, len(value)) + value
                             for number, value in ((3, digest), (32, encoded)))

    def _registry(self, *arguments: str) -> None:
        subprocess.run([WINE_RUN, "reg", *arguments], env=self.lab.environment, check=True,
                       stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)

    def __enter__(self) -> "SystemAuthority":
        self._registry("add", self.key, "/v", "Blob", "/t", "REG_BINARY", "/d", self.blob.hex(), "/f")
        return self

    def __exit__(self, *_exception) -> None:
        self._registry("delete", self.key, "/f")


def tls(lab: Lab, name: str, source: pathlib.Path) -> None:
    folder = lab.work / f"certificates 証明書 {name}"
    authority, stranger = make_certificates(folder)
    with servers.Server(name, lab.work / f"{name} with TLS", certificates=folder) as server:
        server.make_bucket("main-job")
        here = f"https://localhost:{server.port}"
        refused(lab, "BUCKET-0005", DENIED, here)
        refused(lab, "BUCKET-0005", DENIED, here, "--ca-file", stranger)
        refused(lab, "BUCKET-0005", DENIED, f"https://127.0.0.1:{server.port}", "--ca-file", authority)
        place = ("s3://main-job/some/folder", "--endpoint", here)
        lab.run("vault", "create", *place, "--name", f"{name}-file", "--ca-file", authority, environment=KEY)
        lab.run("backup", "run", source, "--vault", f"{name}-file")
        comes_back(lab, source, f"{name}-file", f"{name} with TLS")
        with SystemAuthority(lab, authority):
            lab.run("vault", "connect", *place, "--name", f"{name}-system", environment=KEY)
            comes_back(lab, source, f"{name}-system", f"{name} with the system's trust")
        lab.run("point", "list", "--vault", f"{name}-system", expect=DENIED)


def main() -> int:
    with WineLab(sys.argv[1]) as lab:
        for name in servers.NAMES:
            source = lab.work / f"source of {name}"
            fill(source, 7, 60, 3_000_000)
            with servers.Server(name, lab.work / "servers" / name) as server:
                main_job(lab, server, source)
                wrong = KEY | {"HBR_S3_SECRET_ACCESS_KEY": "wrongsecret"}
                refused(lab, "BUCKET-0010", DENIED, server.endpoint, key=wrong)
                lab.say(f"{name}: the main job is done")
            tls(lab, name, source)
            lab.say(f"{name}: TLS is done")
        refused(lab, "BUCKET-0004", FAILED, f"http://127.0.0.1:{servers.free_port()}")
        return lab.end()


if __name__ == "__main__":
    sys.exit(main())
