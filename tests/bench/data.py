# SPDX-License-Identifier: Apache-2.0
"""Makes the data to back up. What is generated depends on the seed and the size alone."""

import os
import random
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

PAGE_BYTES = 16384
BLOCK_BYTES = 16 << 20
TREE_SOURCES = ("/usr/share", "/usr/bin", "/usr/lib/x86_64-linux-gnu")
WORDS = ("account", "balance", "change", "delivery", "entry", "former", "given", "house", "invoice", "journal")


def textPool(rng: random.Random, size: int = 1 << 20) -> bytes:
    """Text that compresses about as well as what people write."""
    words = (rng.choice(WORDS) + str(rng.randrange(10000)) for _ in range(size // 8))
    return " ".join(words).encode()[:size]


def mixed(rng: random.Random, pool: bytes, size: int) -> bytes:
    """Content found nowhere else, of which half can be compressed."""
    noise = rng.randbytes(size - size // 2)
    start = rng.randrange(max(1, len(pool) - size // 2))
    return noise + pool[start:start + size // 2]


def copyTree(folder: Path, scale: float, sources: tuple[str, ...] = TREE_SOURCES) -> None:
    """Copies the machine's own programs and documents; below scale 1 the first entries only."""
    for source in sources:
        target = folder / Path(source).name
        target.mkdir(parents=True)
        entries = sorted(Path(source).iterdir())
        if scale < 1:
            entries = list(_firstShare(entries, scale))
        for first in range(0, len(entries), 500):
            subprocess.run(["cp", "-a", *entries[first:first + 500], target], check=True)


def _firstShare(entries: list[Path], scale: float) -> Iterator[Path]:
    sizes = [_bytesBelow(entry) for entry in entries]
    budget = sum(sizes) * scale
    for entry, size in zip(entries, sizes, strict=True):
        if size <= budget:
            budget -= size
            yield entry


def _bytesBelow(path: Path) -> int:
    total = path.lstat().st_size
    if path.is_dir() and not path.is_symlink():
        total += sum(_bytesBelow(Path(entry.path)) for entry in os.scandir(path))
    return total


def smallFiles(folder: Path, count: int, meanBytes: int, seed: int) -> None:
    """Many files in folders of 100, with sizes as people's files have them: most small, a few larger."""
    rng = random.Random(seed)
    pool = textPool(rng)
    for number in range(count):
        if number % 100 == 0:
            below = folder / f"{number // 10000:04d}" / f"{number // 100 % 100:02d}"
            below.mkdir(parents=True)
        size = min(int(rng.expovariate(1 / meanBytes)), 64 * meanBytes)
        _write(f"{below}/{number:07d}.dat", mixed(rng, pool, size))


def _write(path: str, content: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
    try:
        os.write(descriptor, content)
    finally:
        os.close(descriptor)


def rewriteFiles(folder: Path, share: float, meanBytes: int, seed: int) -> None:
    """Gives a share of the files of smallFiles() new content of a new size."""
    rng = random.Random(seed)
    pool = textPool(rng)
    paths = sorted(os.path.join(root, name) for root, _, names in os.walk(folder) for name in names)
    for path in rng.sample(paths, int(len(paths) * share)):
        _write(path, mixed(rng, pool, min(int(rng.expovariate(1 / meanBytes)), 64 * meanBytes)))


def incompressible(path: Path, size: int, seed: int) -> None:
    rng = random.Random(seed)
    with open(path, "wb", buffering=0) as file:
        for start in range(0, size, BLOCK_BYTES):
            file.write(rng.randbytes(min(BLOCK_BYTES, size - start)))


def _page(rng: random.Random, pool: bytes, number: int) -> bytes:
    return number.to_bytes(8, "little") + mixed(rng, pool, PAGE_BYTES - 8)


def database(path: Path, size: int, seed: int) -> None:
    """A file of pages as a database keeps them: a number, then rows of which half can be compressed."""
    rng = random.Random(seed)
    pool = textPool(rng)
    with open(path, "wb", buffering=BLOCK_BYTES) as file:
        for number in range(size // PAGE_BYTES):
            file.write(_page(rng, pool, number))


def changePages(path: Path, share: float, seed: int) -> None:
    """Overwrites a share of the pages where they lie."""
    rng = random.Random(seed)
    pool = textPool(rng)
    count = path.stat().st_size // PAGE_BYTES
    with open(path, "r+b", buffering=0) as file:
        for number in sorted(rng.sample(range(count), int(count * share))):
            file.seek(number * PAGE_BYTES)
            file.write(_page(rng, pool, number))


def insertPages(path: Path, share: float, seed: int) -> None:
    """Puts new pages between the old ones, which moves all that follow."""
    rng = random.Random(seed)
    pool = textPool(rng)
    count = path.stat().st_size // PAGE_BYTES
    before = set(rng.sample(range(count), int(count * share)))
    longer = path.with_suffix(".new")
    with open(path, "rb", buffering=BLOCK_BYTES) as old, open(longer, "wb", buffering=BLOCK_BYTES) as new:
        for number in range(count):
            if number in before:
                new.write(_page(rng, pool, number))
            new.write(old.read(PAGE_BYTES))
    longer.replace(path)


def remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
