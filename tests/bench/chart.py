# SPDX-License-Identifier: Apache-2.0
"""Draws the results as SVG, without any library."""

import math
import re
from html import escape

import goals
from race import Results

COLOURS = {"hbr": "#0072b2", "restic": "#e69f00", "rustic": "#d55e00", "kopia": "#009e73", "borg": "#cc79a7"}
LIMIT_COLOUR = "#8a8a8a"
WIDTH = 960
COLUMNS = 2
BAR = 16
STYLE = ("text{font:12px sans-serif;fill:#222}.title{font-weight:bold}.small{font-size:11px;fill:#555}"
         "line{stroke:#ddd}")


def _document(width: int, height: float, parts: list[str]) -> str:
    return (f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height:.0f}" '
            f'viewBox="0 0 {width} {height:.0f}"><style>{STYLE}</style>'
            f'<rect width="100%" height="100%" fill="#fff"/>{"".join(parts)}</svg>\n')


def _text(x: float, y: float, text: str, kind: str = "", anchor: str = "start") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" class="{kind}" text-anchor="{anchor}">{escape(text)}</text>'


def bars(results: Results) -> str:
    """One panel for each step that was raced: a bar of seconds for each program, shorter is better."""
    panels = [step for step, programs in results.steps.items() if len(programs) > 1]
    parts = [_text(20, 28, "Seconds for each piece of work (median; shorter is better)", "title")]
    bottoms = [48.0] * COLUMNS
    for step in panels:
        column = bottoms.index(min(bottoms))
        panel, height = _panel(results, step, column * WIDTH / COLUMNS + 20, bottoms[column])
        parts += panel
        bottoms[column] += height
    return _document(WIDTH, max(bottoms) + 10, parts)


def _panel(results: Results, step: str, left: float, top: float) -> tuple[list[str], float]:
    programs = list(results.steps[step])
    seconds = {name: results.median(step, name, "seconds") for name in programs}
    longest = max(seconds.values()) or 1.0
    room = WIDTH / COLUMNS - 40 - 60 - 70
    parts = [_text(left, top + 14, step.replace("/", ": "), "title")]
    for number, name in enumerate(programs):
        y = top + 22 + number * (BAR + 4)
        width = max(1.0, room * seconds[name] / longest)
        parts.append(_text(left + 54, y + 12, name, anchor="end"))
        parts.append(f'<rect x="{left + 60:.1f}" y="{y:.1f}" width="{width:.1f}" height="{BAR}" '
                     f'fill="{COLOURS.get(name, LIMIT_COLOUR)}"/>')
        parts.append(_text(left + 66 + width, y + 12, goals.shown("seconds", seconds[name]) + " s", "small"))
    return parts, 22 + len(programs) * (BAR + 4) + 16


def curves(results: Results) -> str | None:
    """The cost curves of hbr on logarithmic axes; None when none was measured."""
    lines: dict[str, list[tuple[float, float]]] = {}
    for step in results.steps:
        scenario, _, name = step.partition("/")
        numbers = re.findall(r"\d+", name)
        if not scenario.startswith("curve-") or not numbers:
            continue
        value = results.median(step, "hbr", "seconds")
        label = f"{scenario[6:]}: {name[: name.rfind(numbers[-1])].rstrip()}"
        lines.setdefault(label, []).append((float(numbers[-1]), value))
    lines = {label: sorted(points) for label, points in lines.items() if len(points) > 1}
    return _plot(lines) if lines else None


def _plot(lines: dict[str, list[tuple[float, float]]]) -> str:
    left, top, width, height = 70, 50, 560, 420
    every = [point for points in lines.values() for point in points]
    lowX, highX = (f(math.log10(x) for x, _ in every) for f in (min, max))
    lowY = math.floor(min(math.log10(y) for _, y in every))
    highY = max(math.ceil(max(math.log10(y) for _, y in every)), lowY + 1)
    lowX, highX = math.floor(lowX), max(math.ceil(highX), math.floor(lowX) + 1)

    def at(x: float, y: float) -> tuple[float, float]:
        return (left + (math.log10(x) - lowX) / (highX - lowX) * width,
                top + height - (math.log10(y) - lowY) / (highY - lowY) * height)

    parts = [_text(20, 28, "Cost of hbr: seconds over the number of points, files or chunks", "title")]
    for power in range(lowX, highX + 1):
        x, _ = at(10.0**power, 10.0**lowY)
        parts.append(f'<line x1="{x:.1f}" y1="{top}" x2="{x:.1f}" y2="{top + height}"/>')
        parts.append(_text(x, top + height + 18, f"{10**power:,}", "small", "middle"))
    for power in range(lowY, highY + 1):
        _, y = at(10.0**lowX, 10.0**power)
        parts.append(f'<line x1="{left}" y1="{y:.1f}" x2="{left + width}" y2="{y:.1f}"/>')
        parts.append(_text(left - 8, y + 4, f"{10.0**power:g} s", "small", "end"))
    for number, (label, points) in enumerate(lines.items()):
        colour = f"hsl({number * 360 / len(lines):.0f},65%,42%)"
        places = " ".join("{:.1f},{:.1f}".format(*at(x, y)) for x, y in points)
        parts.append(f'<polyline points="{places}" fill="none" stroke="{colour}" stroke-width="2"/>')
        parts += ['<circle cx="{:.1f}" cy="{:.1f}" r="3" fill="{}"/>'.format(*at(x, y), colour) for x, y in points]
        y = top + 12 + number * 20
        parts.append(f'<rect x="{left + width + 20}" y="{y - 9}" width="12" height="12" fill="{colour}"/>')
        parts.append(_text(left + width + 38, y + 1, label))
    return _document(WIDTH, max(top + height + 40, top + 40 + len(lines) * 20), parts)
