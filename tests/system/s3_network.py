#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""s3_network.py HBR [SEED]: the ways to real S3 servers: TLS and whom it trusts, proxies and their logins, names of
hosts, several networks, limited bandwidth, uploads that are cut, and buckets that lock what is in them."""

import json
import pathlib
import random
import signal
import subprocess
import sys
import time

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "s3"))
from lab import DENIED, DONE, FAILED, NOT_FOUND, USAGE, Lab, change, fill, manifest  # noqa: E402
import network_proxies  # noqa: E402
import servers  # noqa: E402

KEY = {"HBR_S3_ACCESS_KEY_ID": servers.KEY_ID, "HBR_S3_SECRET_ACCESS_KEY": servers.SECRET}
DOMAIN = "s3.hbr-test.example"  # resolves nowhere but in the proxy


def make_certificates(folder: pathlib.Path) -> tuple[pathlib.Path, pathlib.Path]:
    """An authority, another one that signed nothing, and in `folder` a server's certificate by the first."""
    folder.mkdir()

    def openssl(*arguments: object) -> None:
        subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True)

    for name in ("authority", "stranger"):
        openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", 2, "-subj", f"/CN=hbr test {name}",
                "-keyout", folder / f"{name}.key", "-out", folder / f"{name}.pem")
    names = folder / "names"
    names.write_text(f"subjectAltName=DNS:localhost,DNS:{DOMAIN},DNS:*.{DOMAIN}\n")
    openssl("req", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=localhost", "-keyout", folder / "private.key",
            "-out", folder / "request")
    openssl("x509", "-req", "-in", folder / "request", "-CA", folder / "authority.pem", "-CAkey",
            folder / "authority.key", "-CAcreateserial", "-days", 2, "-extfile", names, "-out", folder / "public.crt")
    return folder / "authority.pem", folder / "stranger.pem"


def check_restore(lab: Lab, source: pathlib.Path, vault: str, number: int = 1) -> None:
    target = lab.work / f"restored {vault} {number}"
    lab.run("restore", "latest", "--vault", vault, "--target", target)
    lab.check(manifest(target.joinpath(*source.parts[1:])) == manifest(source), f"{vault}: the restore differs")


def round_trip(lab: Lab, source: pathlib.Path, vault: str, number: int = 1) -> None:
    lab.run("backup", "run", source, "--vault", vault)
    check_restore(lab, source, vault, number)


def tls(lab: Lab, name: str, source: pathlib.Path) -> None:
    folder = lab.work / f"certificates of {name}"
    authority, stranger = make_certificates(folder)
    with servers.Server(name, lab.work / f"{name} with TLS", certificates=folder, domain=DOMAIN) as server, \
            network_proxies.ForwardProxy(server.port) as proxy:
        server.make_bucket("secure")

        def create(vault: str, endpoint: str, *options: object, expect: int = DONE):
            return lab.run("vault", "create", f"s3://secure/{vault}", "--name", f"{name}-{vault}", "--endpoint", endpoint,
                           *options, environment=KEY, expect=expect)

        here = f"https://localhost:{server.port}"
        for why, options, endpoint in (("an unknown authority", (), here),
                                       ("another authority", ("--ca-file", stranger), here),
                                       ("another host", ("--ca-file", authority), f"https://127.0.0.1:{server.port}")):
            said = create("refused", endpoint, *options, expect=DENIED)
            lab.check("BUCKET-0005" in said.stderr, f"{name}, {why}: {said.stderr}")
        create("trusted", here, "--ca-file", authority)
        round_trip(lab, source, f"{name}-trusted")
        # Without a file, the system's authorities count, which the variable names.
        lab.run("vault", "connect", "s3://secure/trusted", "--name", f"{name}-system", "--endpoint", here,
                environment=KEY | {"SSL_CERT_FILE": str(authority)})
        lab.run("point", "list", "--vault", f"{name}-system", expect=DENIED)
        create("tunnel", f"https://{DOMAIN}", "--ca-file", authority, "--proxy", proxy.endpoint, "--addressing", "host")
        round_trip(lab, source, f"{name}-tunnel")
        lab.check(all(line == f"CONNECT secure.{DOMAIN}:443 HTTP/1.1" or line == f"CONNECT secure.{DOMAIN}:443 HTTP/1.0"
                      for line in proxy.lines) and proxy.lines, f"{name}: the proxy saw {proxy.lines[:3]}")


def proxy_login(lab: Lab, name: str, source: pathlib.Path) -> None:
    """A proxy that wants to know who comes: for HTTP, where each request tells, and for TLS, where the tunnel does."""
    folder = lab.work / f"certificates of {name} behind a login"
    authority, _ = make_certificates(folder)
    password = "pass: phrase "
    right = lab.work / f"login for {name}"
    right.write_text(f"some\\one\n{password}\n")
    wrong = lab.work / f"wrong login for {name}"
    wrong.write_text(f"some\\one\n{password}x\n")
    variables = {"HBR_S3_PROXY_USER": "some\\one", "HBR_S3_PROXY_PASSWORD": password}
    for kind, certificates, endpoint in (("http", None, f"http://{DOMAIN}"), ("tls", folder, f"https://{DOMAIN}")):
        with servers.Server(name, lab.work / f"{name} {kind} behind a login", certificates=certificates,
                            domain=DOMAIN) as server, \
                network_proxies.ForwardProxy(server.port, f"some\\one:{password}") as proxy:
            server.make_bucket("behind")
            said_in_all = ""

            def create(vault: str, *options: object, environment: dict[str, str] | None = None, expect: int = DONE) -> str:
                nonlocal said_in_all
                said = lab.run("vault", "create", f"s3://behind/{vault}", "--name", f"{name}-{kind}-{vault}", "-v",
                               "--endpoint", endpoint, "--proxy", proxy.endpoint, "--addressing", "host",
                               "--ca-file", authority, *options, environment=KEY | (environment or {}), expect=expect)
                said_in_all += said.stdout + said.stderr
                return said.stderr

            for why, options, words in (("no login", (), "asks for a user name and a password"),
                                        ("a wrong one", ("--proxy-login-file", wrong), "refuses the user name")):
                before = len(proxy.lines)
                said = create("refused", *options, expect=DENIED)
                lab.check("BUCKET-0022" in said and words in said and proxy.endpoint in said,
                          f"{name}, {kind}, {why}: {said}")
                lab.check(len(proxy.lines) == before + 1, f"{name}, {kind}, {why}: asked {len(proxy.lines) - before} times")
            create("file", "--proxy-login-file", right)
            # Remembered: nothing in the surroundings tells it any more.
            round_trip(lab, source, f"{name}-{kind}-file")
            create("variables", environment=variables)
            round_trip(lab, source, f"{name}-{kind}-variables")
            lab.check(proxy.told[-1] == f"some\\one:{password}", f"{name}, {kind}: the proxy was told {proxy.told[-1]}")
            said_in_all += lab.run("vault", "list", "-v").stdout + lab.run("vault", "list", "--json").stdout
            said_in_all += (lab.work / "config" / "vaults" / f"{name}-{kind}-file").read_text()
            lab.check("pass: phrase" not in said_in_all, f"{name}, {kind}: the password was shown")
            said = create("refused", "--proxy-login-file", authority, expect=USAGE)
            lab.check("BUCKET-0023" in said, f"{name}, {kind}: a file that is no login says: {said}")
    said = lab.run("vault", "create", "s3://behind/refused", "--endpoint", f"http://{DOMAIN}", "--proxy-login-file", right,
                   environment=KEY, expect=USAGE).stderr
    lab.check("BUCKET-0002" in said, f"{name}: a login without a proxy says: {said}")


def limits(lab: Lab, name: str) -> None:
    """What passes between program and server keeps to the limit; how fast it could have gone, no test can tell."""
    source = lab.work / f"source of {name} for limits"
    source.mkdir()
    size = 5 << 20
    for number in range(5):
        (source / str(number)).write_bytes(random.Random(number).randbytes(size // 5))
    with servers.Server(name, lab.work / f"{name} with limits") as server:
        server.make_bucket("limited")
        vault = f"{name}-limited"
        lab.run("vault", "create", "s3://limited", "--name", vault, "--endpoint", server.endpoint, environment=KEY)
        target = lab.work / f"restored {vault}"
        rate = 2 << 20
        for what, arguments, counter in (
                ("backup", ("backup", "run", source, "--vault", vault, "--limit-upload", "2M"), "bytesSent"),
                ("restore", ("restore", "latest", "--vault", vault, "--target", target, "--limit-download", "2M"),
                 "bytesReceived")):
            begun = time.monotonic()
            values = lab.json(*arguments)
            seconds = time.monotonic() - begun
            # An eighth of a second's worth may pass at once.
            lab.check(seconds >= size / rate - 0.125, f"{name}: the {what} of {size} bytes took {seconds:.2f} s")
            counts = [value[counter] for value in values if value["type"] == "progress"]
            lab.check(counts and None not in counts and counts == sorted(counts) and counts[-1] < 1.2 * size,
                      f"{name}: the {what} tells of {counts}")
        lab.check(manifest(target.joinpath(*source.parts[1:])) == manifest(source), f"{name}: the restore differs")
        cancelled(lab, vault, source)


def cancelled(lab: Lab, vault: str, source: pathlib.Path) -> None:
    """Ctrl-C ends what waits for its turn; at this rate the rest would take hours."""
    (source / "new").write_bytes(random.Random(9).randbytes(20 << 20))
    for arguments in (("backup", "run", source, "--limit-upload", "1K"),
                      ("verify", "--depth", "data", "--limit-download", "1K")):
        process = lab.start(*arguments, "--vault", vault, "-v")
        process.stderr.readline()  # that there is a limit; from here on signals are waited for
        time.sleep(1)
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=600)
        lab.check(process.returncode == 130, f"{vault}: {arguments[0]} ended with {process.returncode}: {said}")
    (source / "new").unlink()
    interrupted(lab, vault, source)
    lab.run("verify", "--vault", vault, "--depth", "data")


def interrupted(lab: Lab, vault: str, source: pathlib.Path) -> None:
    """What a limited backup had sent before Ctrl-C is of use to the next one: it still says what that is."""
    arguments = ("backup", "run", source, "--vault", vault, "--json")
    code, size = 0, 64 << 20
    while code == 0 and size < 1 << 30:
        (source / f"noise {size}").write_bytes(random.Random(size).randbytes(size))
        process = lab.start(*arguments, "--limit-upload", "8M")
        for line in process.stdout:
            # Two packs of 16 MiB go at once, so that both are there.
            if json.loads(line).get("bytesSent", 0) > 36 << 20:
                process.send_signal(signal.SIGINT)
                break
        process.communicate()
        code, size = process.returncode, 2 * size
    lab.check(code == 130, f"{vault}: nothing was interrupted but ended with {code}")
    new = lab.result(*arguments)["point"]["newBytes"]
    lab.check(new < size // 2 - (16 << 20), f"{vault}: {new} bytes were new to the vault after the interruption")


def plain(lab: Lab, name: str, source: pathlib.Path, seed: int) -> None:
    with servers.Server(name, lab.work / f"{name} plain", domain=DOMAIN) as server:
        for bucket in ("proxied", "networks", "cut"):
            server.make_bucket(bucket)
        with network_proxies.ForwardProxy(server.port) as proxy:
            lab.run("vault", "create", "s3://proxied", "--name", f"{name}-proxied", "--endpoint", f"http://{DOMAIN}",
                    "--proxy", proxy.endpoint, "--addressing", "host", environment=KEY)
            round_trip(lab, source, f"{name}-proxied")
            lab.check(all(f" http://proxied.{DOMAIN}:80/" in line for line in proxy.lines) and proxy.lines,
                      f"{name}: the proxy saw {proxy.lines[:3]}")
        vault = f"{name}-networks"
        endpoints = f"vpc=http://127.0.0.1:{servers.free_port()},public={server.endpoint}"
        lab.run("vault", "create", "s3://networks", "--name", vault, "--endpoint", endpoints, "--network", "public",
                environment=KEY)
        round_trip(lab, source, vault)
        said = lab.run("point", "list", "--vault", vault, environment={"HBR_S3_NETWORK": "vpc"}, expect=FAILED)
        lab.check("BUCKET-0004" in said.stderr, f"{name}: the closed network says: {said.stderr}")
        # One variable for all vaults leaves those alone whose endpoint has no name.
        vault = f"{name}-unnamed"
        single = ("vault", "create", "s3://networks/single", "--name", vault, "--endpoint", server.endpoint)
        said = lab.run(*single, "--network", "vpc", environment=KEY, expect=USAGE)
        lab.check("The only endpoint has no name; leave --network out." in said.stderr,
                  f"{name}: a network without names says: {said.stderr}")
        lab.run(*single, environment=KEY | {"HBR_S3_NETWORK": "vpc"})
        lab.run("point", "list", "--vault", vault, environment={"HBR_S3_NETWORK": "vpc"})
        with network_proxies.CuttingProxy(server.port, seed) as proxy:
            vault = f"{name}-cut"
            lab.run("vault", "create", "s3://cut", "--name", vault, "--endpoint", proxy.endpoint, environment=KEY)
            round_trip(lab, source, vault)
            change(source, seed)
            round_trip(lab, source, vault, 2)
            lab.run("verify", "--vault", vault, "--depth", "data")
            lab.check(len(proxy.cuts) > 8, f"{name}: only {len(proxy.cuts)} uploads were cut")
            lab.say(f"{name}: {len(proxy.cuts)} uploads cut, such as {proxy.cuts[:5]}")


def prune_locked(lab: Lab, server: servers.Server, vault: str, source: pathlib.Path, expect: int):
    """Three backups into a locked bucket, of which a prune is to keep one."""
    server.make_locked_bucket("locked")
    lab.run("vault", "create", "s3://locked", "--name", vault, "--endpoint", server.endpoint, environment=KEY)
    for seed in (1, 2):
        lab.run("backup", "run", source, "--vault", vault)
        change(source, seed)
    lab.run("backup", "run", source, "--vault", vault)
    lab.run("point", "forget", "--vault", vault, "--keep-last", "1", "--yes", expect=expect)
    return lab.run("prune", "--vault", vault, "--max-unused", "0", "--yes", expect=expect)


def locked_versions(lab: Lab, source: pathlib.Path) -> None:
    """MinIO hides a locked object behind a marker when it is deleted, and keeps the version: a prune works, and whoever
    deletes everything has destroyed nothing."""
    with servers.Server("minio", lab.work / "minio locked") as server:
        prune_locked(lab, server, "hidden", source, DONE)
        lab.run("verify", "--vault", "hidden", "--depth", "data")
        pruned = {key for key, _, isMarker in server.versions("locked") if isMarker}
        lab.check(any(key.startswith("packs/") for key in pruned), "the prune of a bucket with versions removed no pack")

        before = server.versions("locked")
        for key, version, isMarker in before:
            if isMarker or key in pruned:
                continue
            status, _ = server.request("DELETE", f"/locked/{key}", {"versionId": version})
            lab.check(status >= 400, f"a locked version of {key} could be destroyed: {status}")
            server.request("DELETE", f"/locked/{key}")
        lab.run("point", "list", "--vault", "hidden", expect=NOT_FOUND)
        for key, version, isMarker in server.versions("locked"):
            if isMarker and key not in pruned:
                server.request("DELETE", f"/locked/{key}", {"versionId": version})
        lab.check(sorted(server.versions("locked")) == sorted(before), "not everything was uncovered again")
        lab.run("verify", "--vault", "hidden", "--depth", "data")
        check_restore(lab, source, "hidden")


def locked(lab: Lab, source: pathlib.Path) -> None:
    """versitygw keeps locked objects from being deleted at all, and a prune says so."""
    with servers.Server("versitygw", lab.work / "versitygw locked") as server:
        said = prune_locked(lab, server, "locked", source, DENIED)
        lab.check("BUCKET-0013" in said.stderr, f"the prune of a locked bucket says: {said.stderr}")
        lab.run("verify", "--vault", "locked", "--depth", "data")
        check_restore(lab, source, "locked")


def main() -> int:
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else random.randrange(1 << 32)
    print(f"seed {seed}", flush=True)
    with Lab(sys.argv[1]) as lab:
        for name in servers.NAMES:
            source = lab.work / f"source of {name}"
            fill(source, seed, 30, 300_000)
            tls(lab, name, source)
            plain(lab, name, source, seed)
            proxy_login(lab, name, source)
            limits(lab, name)
        locked(lab, source)
        locked_versions(lab, source)
    return lab.end()


if __name__ == "__main__":
    sys.exit(main())
