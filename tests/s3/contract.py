#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""contract.py VAULT_TEST: runs the contract suite of stores against real S3 servers."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parent))
import servers  # noqa: E402


def main() -> int:
    failed = 0
    with tempfile.TemporaryDirectory(prefix="hbr-s3-contract.") as folder:
        for name in servers.NAMES:
            with servers.Server(name, Path(folder) / name) as server:
                server.make_bucket("contract")
                print(f"=== {name}", flush=True)
                environment = dict(os.environ, HBR_TEST_S3=server.endpoint, HBR_TEST_S3_KEY_ID=servers.KEY_ID,
                                   HBR_TEST_S3_SECRET=servers.SECRET)
                failed |= subprocess.run([sys.argv[1], "--run_test=object_stores,s3_stores"], env=environment).returncode
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
