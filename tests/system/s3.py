#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""s3.py HBR [SEED]: vaults on real S3 servers, through the whole program: the main job, wrong keys, regions and
clocks, keys that may not delete, and a network that breaks off."""

import pathlib
import random
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "s3"))
from lab import DENIED, DONE, FAILED, NOT_FOUND, USAGE, Lab, change, fill, manifest  # noqa: E402
import hostile_proxy  # noqa: E402
import servers  # noqa: E402


def credentials(key_id: str = servers.KEY_ID, secret: str = servers.SECRET) -> dict[str, str]:
    return {"HBR_S3_ACCESS_KEY_ID": key_id, "HBR_S3_SECRET_ACCESS_KEY": secret}


def restored_whole(lab: Lab, source: pathlib.Path, name: str, vault: str) -> None:
    target = lab.work / f"restored {name}"
    lab.run("restore", "latest", "--vault", vault, "--target", target)
    inside = target.joinpath(*source.parts[1:])
    lab.check(manifest(inside) == manifest(source), f"{name}: what was restored differs from the source")


def main_job(lab: Lab, server: servers.Server, source: pathlib.Path) -> None:
    server.make_bucket("main-job")
    vault = f"{server.name}-main"
    lab.run("vault", "create", "s3://main-job/some/folder", "--name", vault, "--endpoint", server.endpoint,
            environment=credentials())
    settings = (lab.work / "config" / "vaults" / vault).read_text()
    lab.check(servers.SECRET not in settings, "the secret is readable in the settings")
    # From here on the remembered key is used.
    lab.run("backup", "run", source, "--vault", vault)
    change(source, 1)
    lab.run("backup", "run", source, "--vault", vault)
    points = lab.result("point", "list", "--vault", vault)
    lab.check(len(points.get("points", [])) == 2, f"there are not two points: {points}")
    restored_whole(lab, source, server.name, vault)
    lab.run("verify", "--vault", vault, "--depth", "data")
    lab.run("point", "forget", "--vault", vault, "--keep-last", "1", "--yes")
    lab.run("prune", "--vault", vault, "--max-unused", "0", "--yes")
    lab.run("verify", "--vault", vault, "--depth", "data")
    restored_whole(lab, source, f"{server.name} after prune", vault)
    lab.run("vault", "create", "s3://main-job/some/folder", "--name", "again", "--endpoint", server.endpoint,
            environment=credentials(), expect=FAILED)
    file = lab.work / f"key of {server.name}"
    file.write_text(f"{servers.KEY_ID}\n{servers.SECRET}\n")
    lab.run("vault", "connect", "s3://main-job/some/folder", "--name", vault, "--endpoint", server.endpoint,
            "--access-key-file", file)


def refusals(lab: Lab, server: servers.Server) -> None:
    def refused(code: str, expect: int, *options, environment=None, place="s3://main-job/some/folder",
                endpoint=server.endpoint) -> None:
        said = lab.run("vault", "connect", place, "--name", "refused", "--endpoint", endpoint, *options,
                       environment=environment or credentials(), expect=expect)
        lab.check(code in said.stderr, f"{server.name}: not {code} but: {said.stderr}")
        lab.check(servers.SECRET not in said.stderr + said.stdout, "a secret was shown")

    refused("BUCKET-0009", DENIED, environment=credentials("nobody-knows-me", "x" * 20))
    refused("BUCKET-0010", DENIED, environment=credentials(secret="wrongsecret"))
    refused("BUCKET-0011", NOT_FOUND, place="s3://no-such-bucket")
    refused("BUCKET-0008", USAGE, "--region", "eu-nowhere-7")
    refused("BUCKET-0019", DENIED, environment={"HBR_S3_ACCESS_KEY_ID": ""})
    refused("BUCKET-0004", FAILED, endpoint=f"http://127.0.0.1:{servers.free_port()}")
    clock = {"LD_PRELOAD": "/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1", "FAKETIME": "-2d",
             "ASAN_OPTIONS": "verify_asan_link_order=0"}
    refused("BUCKET-0007", DENIED, environment=credentials() | clock)


def append_only(lab: Lab, server: servers.Server, source: pathlib.Path) -> None:
    """A key that may not delete backs up, is told that it may not prune, and destroys nothing."""
    server.make_bucket("append-only")
    vault = f"{server.name}-append"
    lab.run("vault", "create", "s3://append-only", "--name", vault, "--endpoint", server.endpoint,
            environment=credentials())
    key = server.limited_key("append-only", ["s3:GetObject", "s3:PutObject"])
    lab.run("vault", "connect", "s3://append-only", "--name", vault, "--endpoint", server.endpoint, environment=key)
    for seed in (11, 12):
        lab.run("backup", "run", source, "--vault", vault, environment=key)
        change(source, seed)
    lab.run("backup", "run", source, "--vault", vault, environment=key)
    before = server.objects("append-only")
    said = lab.run("point", "forget", "--vault", vault, "--keep-last", "1", "--yes", environment=key, expect=DENIED)
    lab.check("BUCKET-0013" in said.stderr, f"{server.name}: forgetting says: {said.stderr}")
    said = lab.run("prune", "--vault", vault, "--max-unused", "0", "--yes", environment=key, expect=DENIED)
    lab.check("BUCKET-0013" in said.stderr, f"{server.name}: the prune says: {said.stderr}")
    after = server.objects("append-only")
    harmed = {name: (was, after.get(name)) for name, was in before.items() if after.get(name) != was}
    lab.check(before and not harmed, f"{server.name}: a key that may not delete has changed or removed {harmed}")
    lab.run("verify", "--vault", vault, "--depth", "data", environment=key)
    target = lab.work / f"restored {server.name} append-only"
    lab.run("restore", "latest", "--vault", vault, "--target", target, environment=key)
    lab.check(manifest(target.joinpath(*source.parts[1:])) == manifest(source), "append-only: the restore differs")


def hostile(lab: Lab, server: servers.Server, source: pathlib.Path, seed: int) -> None:
    server.make_bucket("hostile")
    vault = f"{server.name}-hostile"
    with hostile_proxy.HostileProxy(server.port, seed, 0.15) as proxy:
        lab.run("vault", "create", "s3://hostile/v", "--name", vault, "--endpoint", proxy.endpoint,
                environment=credentials())
        lab.run("backup", "run", source, "--vault", vault)
        change(source, seed)
        lab.run("backup", "run", source, "--vault", vault)
        restored_whole(lab, source, f"{server.name} through faults", vault)
        lab.run("point", "forget", "--vault", vault, "--keep-last", "1", "--yes")
        lab.run("prune", "--vault", vault, "--max-unused", "0", "--yes")
        # Whether requests overtake one another is left to chance, so there may have to be more of them.
        for number in range(20):
            if all(proxy.faults.values()):
                break
            change(source, seed + number + 1)
            lab.run("backup", "run", source, "--vault", vault)
            restored_whole(lab, source, f"{server.name} through more faults {number}", vault)
        lab.run("verify", "--vault", vault, "--depth", "data")
        lab.say(f"{server.name}: {proxy.requests} requests through faults {proxy.faults}, broken off by the server: "
                f"{proxy.upstream_failures}")
        lab.check(all(proxy.faults.values()), f"{server.name}: not each kind of fault occurred: {proxy.faults}")
        lab.check(not proxy.taken_corrupted, f"{server.name} took what was changed on the way: {proxy.taken_corrupted}")


def main() -> int:
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else random.randrange(1 << 32)
    print(f"seed {seed}", flush=True)
    with Lab(sys.argv[1]) as lab:
        for name in servers.NAMES:
            source = lab.work / f"source of {name}"
            fill(source, 7, 150, 3_000_000)
            with servers.Server(name, lab.work / "servers" / name) as server:
                main_job(lab, server, source)
                refusals(lab, server)
                append_only(lab, server, source)
                hostile(lab, server, source, seed)
        return lab.end()


if __name__ == "__main__":
    sys.exit(main())
