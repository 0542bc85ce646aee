#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""latency.py HBR FOLDER SERVER [SECONDS...]: how long a backup of FOLDER and its restore take when the server's answers
come later, and how many requests they need. SERVER is versitygw or minio. A measurement, not a test."""

import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

sys.dont_write_bytecode = True
import hostile_proxy  # noqa: E402
import servers  # noqa: E402


def main() -> int:
    hbr, folder, name, *delays = sys.argv[1:]
    work = pathlib.Path(tempfile.mkdtemp(prefix="hbr-latency-", dir=os.environ.get("HBR_TEST_DIR", "/var/tmp")))
    environment = dict(os.environ, HBR_CONFIG_DIR=str(work / "config"), HBR_STATE_DIR=str(work / "state"),
                       HBR_PASSWORD="correct horse battery staple", HBR_S3_ACCESS_KEY_ID=servers.KEY_ID,
                       HBR_S3_SECRET_ACCESS_KEY=servers.SECRET)

    def timed(proxy: hostile_proxy.HostileProxy, *arguments: str) -> str:
        before, started = proxy.requests, time.monotonic()
        subprocess.run([hbr, *arguments], env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                       check=True)
        return f"{time.monotonic() - started:.2f} s, {proxy.requests - before} requests"

    try:
        with servers.Server(name, work / "server") as server:
            for number, delay in enumerate(delays or ["0", "0.1"]):
                bucket = f"latency{number}"
                server.make_bucket(bucket)
                with hostile_proxy.HostileProxy(server.port, 1, 0.0, float(delay)) as proxy:
                    timed(proxy, "vault", "create", f"s3://{bucket}", "--name", bucket, "--endpoint", proxy.endpoint)
                    backup = timed(proxy, "backup", "run", folder, "--vault", bucket)
                    target = work / "restored"
                    restore = timed(proxy, "restore", "latest", "--vault", bucket, "--target", str(target))
                    shutil.rmtree(target)
                print(f"{name}, {delay} s more: backup {backup}; restore {restore}", flush=True)
    finally:
        shutil.rmtree(work)
    return 0


if __name__ == "__main__":
    sys.exit(main())
