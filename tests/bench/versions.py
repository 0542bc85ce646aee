# SPDX-License-Identifier: Apache-2.0
"""Which versions of the peers are raced, and where the built programs are kept."""

import os
from pathlib import Path

RESTIC = "0.18.1"
KOPIA = "0.21.1"
RUSTIC = "0.11.4"


def cache_folder() -> Path:
    """The folder that holds everything costly to build; it may be deleted at any time."""
    root = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
    return Path(root) / "hbr-tests"


def peer_program(name: str, version: str) -> Path:
    """Where install_peers puts a program and the benchmarks look for it."""
    return cache_folder() / f"{name}-{version}" / name
