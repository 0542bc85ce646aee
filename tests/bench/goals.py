# SPDX-License-Identifier: Apache-2.0
"""What hbr must reach, as data. Ratios are taken within one run, each metric against its own best peer."""

from dataclasses import dataclass

from measure import MIB
from race import Results


@dataclass(frozen=True)
class Goal:
    """A bound on one metric of hbr in one step; `kind` says against what."""

    step: str
    metric: str
    kind: str
    bound: float

    def text(self) -> str:
        if self.kind == "faster":
            return f">= {self.bound:g} x best"
        if self.kind == "ofBest":
            return f"<= {self.bound:g} x best"
        if self.kind == "ofLimit":
            return f"<= {self.bound:g} x limit"
        return f"<= {_plain(self.metric, self.bound)}"


# faster: best / hbr is at least the bound.   ofBest: hbr / best is at most the bound.
# ofLimit: hbr / limit is at most the bound.  absolute: hbr itself is at most the bound.
GOALS = [
    Goal("tree/first backup", "seconds", "faster", 2.5),
    Goal("tree/first backup", "cpuSeconds", "ofBest", 0.5),
    Goal("tree/first backup", "peakBytes", "ofBest", 1.0),
    Goal("tree/first backup", "vaultBytes", "ofBest", 1.05),
    Goal("tree/unchanged", "seconds", "faster", 3),
    Goal("tree/open", "seconds", "absolute", 0.050),
    Goal("tree/full restore", "seconds", "faster", 3),
    Goal("tree/full restore", "seconds", "ofLimit", 2),
    Goal("tree/full restore", "cpuSeconds", "ofBest", 0.5),
    Goal("tree/restore one file", "seconds", "absolute", 0.100),
    Goal("tree/cat one file", "seconds", "absolute", 0.100),
    Goal("tree/verify", "seconds", "faster", 2),
    Goal("incompressible/first backup", "seconds", "faster", 2.5),
    Goal("incompressible/first backup", "seconds", "ofLimit", 2),
    Goal("incompressible/first backup", "cpuSeconds", "ofBest", 0.5),
    Goal("incompressible/open", "seconds", "absolute", 0.050),
    Goal("incompressible/restore one file", "seconds", "absolute", 0.100),
    Goal("incompressible/cat one file", "seconds", "absolute", 0.100),
    Goal("database-in-place/1 % changed", "seconds", "faster", 3),
    Goal("database-in-place/1 % changed", "newShare", "absolute", 1.15),
    Goal("database-inserted/1 % changed", "seconds", "faster", 3),
    Goal("million/first backup", "peakBytes", "absolute", 300 * MIB),
    Goal("million/unchanged", "seconds", "ofLimit", 2),
    Goal("million/unchanged", "peakBytes", "absolute", 300 * MIB),
    Goal("curve-chunks/open with 10000000", "seconds", "absolute", 0.050),
    Goal("curve-chunks/backup of 64 MiB with 10000000", "peakBytes", "absolute", 300 * MIB),
    Goal("prune/forget half and prune", "seconds", "faster", 3),
    # Also twice restic's speed; kopia is the faster of the two.
    Goal("s3/first backup", "seconds", "faster", 1.5),
    Goal("s3/first backup", "requestsPerGib", "ofBest", 1.0),
    Goal("s3/full restore", "seconds", "faster", 1.5),
    Goal("s3/full restore", "requestsPerGib", "ofBest", 1.0),
]

UNITS = {"seconds": "s", "cpuSeconds": "cpu s", "peakBytes": "peak MiB", "vaultBytes": "vault MiB",
         "newShare": "new data", "requestsPerGib": "requests/GiB"}


def _plain(metric: str, value: float) -> str:
    return f"{shown(metric, value)} {UNITS[metric]}"


def shown(metric: str, value: float | None) -> str:
    """A value as the table shows it, in the metric's unit."""
    if value is None:
        return "-"
    if metric.endswith("Bytes"):
        return f"{value / MIB:.0f}" if value >= 10 * MIB else f"{value / MIB:.1f}"
    return f"{value:.3f}" if value < 1 else f"{value:.2f}"


def bestPeer(results: Results, step: str, metric: str) -> float | None:
    """The smallest value of the programs that are neither hbr nor the limit."""
    limit = results.limits.get(step)
    values = [results.median(step, name, metric) for name in results.steps.get(step, {}) if name not in ("hbr", limit)]
    return min((value for value in values if value is not None), default=None)


@dataclass(frozen=True)
class Judgement:
    """A goal, what hbr reached of it, and whether that is enough; None when it was not measured."""

    goal: Goal
    ratio: float | None
    isReached: bool | None


def judge(results: Results, goal: Goal) -> Judgement:
    own = results.median(goal.step, "hbr", goal.metric)
    limit = results.limits.get(goal.step)
    other = {
        "faster": lambda: bestPeer(results, goal.step, goal.metric),
        "ofBest": lambda: bestPeer(results, goal.step, goal.metric),
        "ofLimit": lambda: results.median(goal.step, limit, goal.metric) if limit else None,
        "absolute": lambda: 1.0,
    }[goal.kind]()
    if not own or not other:
        return Judgement(goal, None, None)
    if goal.kind == "faster":
        return Judgement(goal, other / own, other / own >= goal.bound)
    return Judgement(goal, own / other, own / other <= goal.bound)
