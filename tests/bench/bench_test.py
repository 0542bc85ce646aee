#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Tests of the benchmarks' own parts; no backup program is run."""

import sys
import tempfile
import unittest
import xml.etree.ElementTree
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parent))
import chart  # noqa: E402
import data  # noqa: E402
import goals  # noqa: E402
import report  # noqa: E402
from goals import Goal, judge  # noqa: E402
from measure import Command, CommandFailed, Runner  # noqa: E402
from peers import Copy, Hbr, Restic  # noqa: E402
from race import Results  # noqa: E402


def sampleResults() -> Results:
    results = Results()
    with tempfile.TemporaryDirectory() as folder:
        own, peer, limit = (kind(Path(folder), "x") for kind in (Hbr, Restic, Copy))
        for step in ("tree/first backup", "curve-files/first backup of 10", "curve-files/first backup of 1000"):
            results.add(step, own, {"seconds": 2.0, "peakBytes": 20 << 20})
        for seconds in (9.0, 5.0, 6.0):
            results.add("tree/first backup", peer, {"seconds": seconds, "peakBytes": 10 << 20})
        results.add("tree/first backup", limit, {"seconds": 1.0})
    return results


class Goals(unittest.TestCase):
    def test_the_median_of_the_best_peer_counts(self) -> None:
        judged = judge(sampleResults(), Goal("tree/first backup", "seconds", "faster", 3))
        self.assertEqual((judged.ratio, judged.isReached), (3.0, True))

    def test_the_limit_is_no_peer(self) -> None:
        self.assertEqual(goals.bestPeer(sampleResults(), "tree/first backup", "seconds"), 6.0)
        judged = judge(sampleResults(), Goal("tree/first backup", "seconds", "ofLimit", 1.9))
        self.assertEqual((judged.ratio, judged.isReached), (2.0, False))

    def test_more_memory_than_the_best_misses(self) -> None:
        self.assertFalse(judge(sampleResults(), Goal("tree/first backup", "peakBytes", "ofBest", 1)).isReached)

    def test_what_was_not_measured_is_neither_reached_nor_missed(self) -> None:
        self.assertIsNone(judge(sampleResults(), Goal("tree/verify", "seconds", "faster", 2)).isReached)


class Output(unittest.TestCase):
    def test_the_table_tells_the_verdict(self) -> None:
        text = report.table(sampleResults())
        self.assertRegex(text, r"3\.00 +>= 2\.5 x best +reached")
        self.assertRegex(text, r"0\.50 +<= 1 x best +MISSED")

    def test_the_charts_are_well_formed(self) -> None:
        results = sampleResults()
        for drawn in (chart.bars(results), chart.curves(results)):
            xml.etree.ElementTree.fromstring(drawn)

    def test_the_document_knows_every_sample(self) -> None:
        document = report.document(sampleResults(), {}, {})
        seconds = document["steps"]["tree/first backup"]["restic"]["seconds"]
        self.assertEqual(seconds, {"median": 6.0, "samples": [9.0, 5.0, 6.0]})


class Data(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder_ = Path(folder.name)

    def test_the_same_seed_makes_the_same_files(self) -> None:
        for name in ("one", "two"):
            (self.folder_ / name).mkdir()
            data.smallFiles(self.folder_ / name, 150, 1000, seed=1)
            data.rewriteFiles(self.folder_ / name, 0.1, 1000, seed=2)
        one, two = ({path.relative_to(self.folder_ / name): path.read_bytes()
                     for path in (self.folder_ / name).rglob("*.dat")} for name in ("one", "two"))
        self.assertEqual(len(one), 150)
        self.assertEqual(one, two)

    def test_changing_pages_changes_only_their_share(self) -> None:
        path = self.folder_ / "table.db"
        data.database(path, 200 * data.PAGE_BYTES, seed=1)
        before = _pages(path)
        data.changePages(path, 0.05, seed=2)
        self.assertEqual(sum(old != new for old, new in zip(before, _pages(path), strict=True)), 10)

    def test_inserting_pages_keeps_the_old_ones_in_order(self) -> None:
        path = self.folder_ / "table.db"
        data.database(path, 100 * data.PAGE_BYTES, seed=1)
        before = _pages(path)
        data.insertPages(path, 0.05, seed=2)
        after = _pages(path)
        self.assertEqual(len(after), 105)
        self.assertEqual([page for page in after if page in set(before)], before)


def _pages(path: Path) -> list[bytes]:
    content = path.read_bytes()
    return [content[start:start + data.PAGE_BYTES] for start in range(0, len(content), data.PAGE_BYTES)]


class Measuring(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.runner_ = Runner(Path(folder.name), warmBytes=0)

    def test_the_cost_of_several_programs_adds_up(self) -> None:
        # It takes at least so much time of a processor, however fast that is and whoever else is at work.
        program = Command((sys.executable, "-I", "-S", "-c", "import time; x = b'x' * (64 << 20)\n"
                           "while time.process_time() < 0.4: pass\nprint(1)"))
        one, two = self.runner_.run([program]), self.runner_.run([program, program])
        self.assertGreater(one.peakBytes, 64 << 20)
        self.assertLess(one.peakBytes, 96 << 20)
        self.assertGreater(two.cpuSeconds, 0.75)
        self.assertEqual(two.output.read_bytes(), b"1\n")

    def test_a_program_that_fails_or_is_missing_is_told_of(self) -> None:
        for name in ("false", "no-such-program"):
            with self.assertRaises(CommandFailed):
                self.runner_.run([Command((name,))])
        self.runner_.run([Command(("false",), ok=(0, 1))])


if __name__ == "__main__":
    unittest.main()
