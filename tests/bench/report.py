# SPDX-License-Identifier: Apache-2.0
"""The results as a table for people and as JSON for programs."""

import os
import platform
import statistics

import goals
from race import METRICS, Results


def table(results: Results) -> str:
    """Each step and metric: every program's median, how hbr stands to the best peer, and the goals."""
    names = _columns(results)
    rows = [["step", "metric", *names, "limit", "best/hbr", "goal", ""]]
    for step in results.steps:
        title = step
        for metric in METRICS:
            if results.median(step, "hbr", metric) is None and goals.bestPeer(results, step, metric) is None:
                continue
            for row in _rows(results, step, metric, names):
                rows.append([title, *row])
                title = ""
    return _aligned(rows)


def _columns(results: Results) -> list[str]:
    """The programs that raced anywhere, limits apart, in the order of their first appearance."""
    names: list[str] = []
    for step, programs in results.steps.items():
        names += [name for name in programs if name not in names and name != results.limits.get(step)]
    return names


def _rows(results: Results, step: str, metric: str, names: list[str]) -> list[list[str]]:
    own, best = results.median(step, "hbr", metric), goals.bestPeer(results, step, metric)
    limit = results.limits.get(step)
    values = [goals.shown(metric, results.median(step, name, metric)) for name in names]
    values.append(goals.shown(metric, results.median(step, limit, metric) if limit else None))
    values.append(f"{best / own:.2f}" if own and best else "-")
    verdicts = []
    for goal in goals.GOALS:
        if goal.step == step and goal.metric == metric:
            judged = goals.judge(results, goal)
            word = {True: "reached", False: "MISSED", None: "not measured"}[judged.isReached]
            # A multiple of the limit stands in no other column.
            detail = f" ({judged.ratio:.2f})" if goal.kind == "ofLimit" and judged.ratio is not None else ""
            verdicts.append((goal.text(), word + detail))
    rows = [[goals.UNITS[metric], *values, *(verdicts[0] if verdicts else ("", ""))]]
    rows += [["", *[""] * len(values), *verdict] for verdict in verdicts[1:]]
    return rows


def _aligned(rows: list[list[str]]) -> str:
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    last = len(widths) - 2  # the goal and its verdict are text, as are the first two columns
    lines = []
    for row in rows:
        cells = [cell.ljust(width) if column < 2 or column >= last else cell.rjust(width)
                 for column, (cell, width) in enumerate(zip(row, widths, strict=True))]
        lines.append("  ".join(cells).rstrip())
    return "\n".join(lines)


def document(results: Results, versions: dict[str, str], options: dict[str, object]) -> dict[str, object]:
    """Everything that was measured, with enough about the machine to read it later. Bytes are integers."""
    steps = {
        step: {
            name: {metric: {"median": statistics.median(values), "samples": values}
                   for metric, values in metrics.items()}
            for name, metrics in programs.items()
        }
        for step, programs in results.steps.items()
    }
    judged = [goals.judge(results, goal) for goal in goals.GOALS if goal.step in results.steps]
    return {
        "schema": 1,
        "machine": {"processors": os.cpu_count(), "system": platform.platform(), "memoryBytes": _memoryBytes(),
                    "loadAverage": os.getloadavg()},
        "versions": versions,
        "options": options,
        "data": results.facts,
        "steps": steps,
        "limits": results.limits,
        "goals": [{"step": each.goal.step, "metric": each.goal.metric, "goal": each.goal.text(),
                   "ratio": each.ratio, "reached": each.isReached} for each in judged],
        "failures": results.failures,
    }


def _memoryBytes() -> int:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
