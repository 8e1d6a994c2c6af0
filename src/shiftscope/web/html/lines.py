"""Lines along marks as inline SVG: places in per cent of the width, so that text keeps its size."""

from __future__ import annotations

import math
from itertools import pairwise

from markupsafe import Markup, escape

from shiftscope.views.page.panels import Line, Lines
from shiftscope.web.html.curves import APART, spread

TOP, BOTTOM, HEIGHT = 14.0, 208.0, 254  # pixels: of the largest tick, of the smallest, and of the whole
LEFT, RIGHT = 14.0, 80.0  # per cent of the width: the first mark and the last
MANY = 16  # marks, above which points are drawn smaller
COLOURS = {"focus": "c-foc", "baseline": "c-ref", "other": "c-oth"}


def drawn_lines(panel: Lines) -> Markup:
    """The chart of a panel, its numbers in its label."""
    parts = [*_grid(panel)]
    if panel.chosen is not None:
        at = _across(panel.chosen, panel)
        parts.append(f'<line class="zero" x1="{at}" x2="{at}" y1="{TOP}" y2="{BOTTOM + 6}"/>')
    for line in panel.lines:
        parts += _line(line, panel)
    parts += [*_marks(panel), *_names(panel)]
    label = escape(panel.description)
    return Markup(
        f'<svg class="chart" height="{HEIGHT}" role="img" aria-label="{label}">{"".join(parts)}</svg>'
    )


def _grid(panel: Lines) -> list[str]:
    parts = []
    for value, text in panel.ticks:
        y = _down(value, panel)
        parts.append(f'<line class="grid" x1="{LEFT - 2}%" x2="{RIGHT + 2}%" y1="{y}" y2="{y}"/>')
        parts.append(f'<text x="{LEFT - 3.5}%" y="{y + 4}" text-anchor="end">{escape(text)}</text>')
    return parts


def _line(line: Line, panel: Lines) -> list[str]:
    colour = COLOURS[line.look]
    places = [(place, value) for place, value in enumerate(line.values) if not math.isnan(value)]
    parts = [
        f'<line class="{colour} ln" x1="{_across(place, panel)}" x2="{_across(after, panel)}" '
        f'y1="{_down(value, panel)}" y2="{_down(then, panel)}"/>'
        for (place, value), (after, then) in pairwise(places)
    ]
    for place, value in places:
        large = place == panel.chosen and line.look == "focus"
        parts.append(
            f'<circle class="{colour} dot" cx="{_across(place, panel)}" cy="{_down(value, panel)}" '
            f'r="{7 if large else 4 if len(panel.marks) <= MANY else 2}"/>'
        )
    return parts


def _marks(panel: Lines) -> list[str]:
    parts = []
    for place, (text, under) in enumerate(panel.marks):
        at, chosen = _across(place, panel), ' class="ink"' if place == panel.chosen else ""
        parts.append(f'<text x="{at}" y="230" text-anchor="middle"{chosen}>{escape(text)}</text>')
        if under:
            parts.append(f'<text x="{at}" y="246" text-anchor="middle">{escape(under)}</text>')
    return parts


def _names(panel: Lines) -> list[str]:
    """At the ends of the lines, moved apart where they would lie on one another."""
    ends = [_down(line.values[-1], panel) for line in panel.lines]
    parts = []
    for y, line in zip(spread(ends, APART, -math.inf, math.inf), panel.lines, strict=True):
        colour = f' class="c {COLOURS[line.look]}"' if line.look != "other" else ""
        parts.append(f'<text x="{RIGHT + 2.5}%" y="{y + 4}"{colour}>{escape(line.name)}</text>')
    return parts


def _across(place: int, panel: Lines) -> str:
    last = max(len(panel.marks) - 1, 1)
    return f"{LEFT + (RIGHT - LEFT) * place / last:.4g}%"


def _down(value: float, panel: Lines) -> float:
    low, high = panel.ticks[0][0], panel.ticks[-1][0]
    share = (value - low) / (high - low) if high > low else 0.5
    return round(BOTTOM - (BOTTOM - TOP) * share, 1)
