#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""search.py [--program PATH_INDEX] [--work DIR] [--paths N]: what the index of paths costs, and how long searches take.

Makes one index of so many different paths (5,000,000), and one of a fifth of them in several points, and searches both.
Prints tables; a slow search is a result and no failure. agent/search/README.md keeps the numbers.
"""

import argparse
import json
import pathlib
import resource
import shutil
import statistics
import subprocess
import tempfile
import time

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
TEXTS = {"a rare name": "invoice-12345", "an exact name that is not there": '"Customer-4711.pdf"', "a common ending": "*.xlsx",
         "one letter": "a", "two letters": "re", "wildcards": "*-7?.docx", "a path": "report*/*.pdf",
         "everything": "", "nothing at all": "qqqq"}
REPEATS = 5


def run(*words) -> tuple[list[dict], float, int]:
    """What it prints, seconds, and the most memory that any child took so far, in KiB."""
    start = time.monotonic()
    output = subprocess.run([str(word) for word in words], check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    most = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    return [json.loads(line) for line in output.stdout.splitlines()], time.monotonic() - start, most


def measure(program: str, work: pathlib.Path, paths: int, points: int) -> None:
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    made, seconds, memory = run(program, "make", work, paths, points)
    size = sum(segment["bytes"] for segment in made[0]["segments"])
    print(f"\n{paths:,} paths, {points} points: made in {seconds:.1f} s with {memory / 1024:.0f} MiB, {size / 1e6:.1f} MB in "
          f"{len(made[0]['segments'])} segments, {size / paths:.1f} bytes a path")
    print("| searched for | text | by path | newest first |\n|---|---|---|---|")
    for what, text in TEXTS.items():
        medians = []
        for order in ("path", "newest"):
            runs = [run(program, "find", work, order, text)[0][0]["seconds"] for _ in range(REPEATS)]
            medians.append(statistics.median(runs))
        print(f"| {what} | `{text}` | {medians[0] * 1000:.0f} ms | {medians[1] * 1000:.0f} ms |")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--program", default=str(REPOSITORY / "build/release/tests/path_index"))
    parser.add_argument("--work", default=tempfile.gettempdir() + "/hbr-search-bench")
    parser.add_argument("--paths", type=int, default=5_000_000)
    options = parser.parse_args()
    work = pathlib.Path(options.work)
    measure(options.program, work, options.paths, 1)
    measure(options.program, work, options.paths // 5, 10)
    shutil.rmtree(work)


if __name__ == "__main__":
    main()
