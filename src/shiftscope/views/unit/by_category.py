"""What a unit took on and gave up: its mean response to each category, in baseline and focus."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from shiftscope.counted import counted
from shiftscope.percent import whole_percent
from shiftscope.summaries.maxima import Maxima
from shiftscope.views.page.panels import Cell, Change, Column, Table
from shiftscope.views.page.section import section
from shiftscope.views.parts.axis import Axis
from shiftscope.views.parts.charts import told_apart
from shiftscope.views.parts.in_a_row import in_a_row
from shiftscope.views.parts.number_text import count, number
from shiftscope.views.unit.shown_unit import ShownUnit

CATEGORIES = 12  # in the table
MOVED = 0.5  # of the baseline's maximum: what was taken on or given up

Means = npt.NDArray[np.float64]  # (category,)


@section(ShownUnit, place=20)
def by_category(unit: ShownUnit) -> Table | None:
    """One line for each category from its mean in the baseline to that in the focus, over the baseline's maximum."""
    if unit.selection.incomparable:
        return None
    baseline, focus = unit.selection.baseline, unit.selection.focus
    largest = float(unit.study[baseline].summary(unit.layer, Maxima).largest[unit.index])
    scale = largest if largest > 0 else 1.0
    before = unit.means(baseline) / scale
    after = unit.means(focus) / scale if focus != baseline else np.full_like(before, np.nan)
    write = whole_percent if largest > 0 else number
    measured = f"% of its maximum in {baseline}" if largest > 0 else "responses"
    order = _strongest_first(before, after)
    shown = order[:CATEGORIES]
    axis = Axis.holding([*before[shown], *after[shown], *([1.0] if largest > 0 else [])])

    def table(categories: Sequence[int]) -> Table:
        names = told_apart(unit.study, categories)
        rows = []
        for c in sorted(categories, key=lambda c: (math.isnan(before[c]), -before[c])):
            said = f"{names[c]}: {write(before[c])} in {baseline}, {write(after[c])} in {focus}"
            drawn = Change(axis.place(before[c]), axis.place(after[c]), zero=axis.place(0.0))
            rows.append(
                [
                    Cell(names[c], unit.selection.category(c)),
                    Cell(said, change=drawn, value=float(after[c] - before[c])),
                    Cell(write(before[c]), value=float(before[c])),
                    Cell(write(after[c]), value=float(after[c])),
                ]
            )
        return Table(
            "Mean codes by category"
            if unit.gate.stated
            else took_on(before, after, lambda c: told_apart(unit.study, [c])[c], measured=largest > 0),
            _columns(unit, axis, write, measured, pair=focus != baseline, in_maxima=largest > 0),
            [row if focus != baseline else row[:3] for row in rows],
            empty=f"No sample of {' or '.join(unit.pair)} has a label.",
            chart="categories",
        )

    few = table(shown)
    if len(shown) == len(order):
        return few
    which = (
        f"The {len(shown)} with the largest mean in either set, of {counted(len(order), 'category', count)}."
    )
    return replace(few, note=which, whole=lambda: table(order))


def took_on(before: Means, after: Means, name: Callable[[int], str], *, measured: bool) -> str:
    """The panel's finding: categories whose mean moved by half of the baseline's maximum or more, farthest first.

    Parameters
    ----------
    before, after : (category,)
        Means over the baseline's maximum; NaN for a category without samples.
    measured
        Whether there is such a maximum.
    """
    if np.isnan(before).all() or np.isnan(after).all():
        return "What it answers to"
    moved = np.nan_to_num(after - before)
    both = ~np.isnan(before + after)
    if not measured:
        return _moved_most(before[both], after[both], [name(int(c)) for c in np.flatnonzero(both)])
    up, down = (
        in_a_row([name(int(c)) for c in np.argsort(-way, kind="stable")[: np.count_nonzero(way >= MOVED)]])
        for way in (moved, -moved)
    )
    if up or down:
        told = [f"took on {up}"] * bool(up) + [f"gave up {down}"] * bool(down)
        return f"It {' and '.join(told)}"
    if not both.any() or not before[both].max() > 0:
        return "No category moved by half of its maximum"
    if not after[both].max() > 0:
        return "It gave up what it answered to"
    if before[both].argmax() == after[both].argmax():
        return "It prefers what it preferred"
    return "No category moved by half of its maximum"


def _moved_most(before: Means, after: Means, names: Sequence[str]) -> str:
    """Of a unit that never responds above zero in the baseline: (category,) without NaN, with their names."""
    moved = after - before
    if not moved.any():
        return "It answers to no category"
    if not before.any() and (after >= 0).all():
        return "It answers to categories that left it silent"
    rises = [f"rises most for {names[int(moved.argmax())]}"] * bool(moved.max() > 0)
    falls = [f"falls most for {names[int(moved.argmin())]}"] * bool(moved.min() < 0)
    return f"It {' and '.join([*rises, *falls])}"


def _columns(
    unit: ShownUnit,
    axis: Axis,
    write: Callable[[float], str],
    measured: str,
    *,
    pair: bool,
    in_maxima: bool,
) -> list[Column]:
    baseline, focus = unit.selection.baseline, unit.selection.focus
    how = f"Mean response to the samples with this label, {measured}."
    change = f"{how} Ring: {baseline}; dot: {focus}."
    in_file = "change of mean response" + f" over maximum in {baseline}" * in_maxima
    return [
        Column("category"),
        Column(f"mean response, {measured}", axis=axis.ticks(write), help=change, key=in_file),
        Column(f"○ {baseline}", help=how, numeric=True),
        *([Column(f"● {focus}", help=how, numeric=True)] if pair else []),
    ]


def _strongest_first(before: Means, after: Means) -> list[int]:
    """Categories that either set has samples of, by the larger of the two means."""
    larger = np.fmax(before, after)
    known = np.flatnonzero(~np.isnan(larger))
    return [int(c) for c in known[np.argsort(-larger[known], kind="stable")]]
