"""The units whose response changed most, from ring to dot."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np

from shiftscope.arrays import UnitArray
from shiftscope.percent import percent
from shiftscope.statistics.ranked import ranked
from shiftscope.tuning.set_means import Difference
from shiftscope.views.page.panels import Cell, Change, Column, Table
from shiftscope.views.page.selection import Selection
from shiftscope.views.parts.cells import strip_cell, strip_column

UNITS = 8
STRIP = 5


def most_changed(before: UnitArray, after: UnitArray) -> list[int]:
    """The units that changed most, the largest change first; those without one are left out."""
    change = after - before
    order = ranked(np.abs(change))[:UNITS]
    return [int(unit) for unit in order if math.isfinite(change[unit]) and change[unit] != 0]


def response_changes(
    selection: Selection,
    title: str,
    before: UnitArray,
    after: UnitArray,
    *,
    ways: tuple[str, str],
    sure: Callable[[Sequence[int]], Difference] | None = None,
    note: str = "",
) -> Table:
    """A row for each of the units that changed most.

    Parameters
    ----------
    before, after : (unit,)
        Responses, or means of them, over each unit's largest response in the baseline.
    ways
        What the ring stands for, and what the dot does.
    sure
        Intervals of the changes of some units' means, in the same measure; single responses have none.
    """
    units = most_changed(before, after)
    ends = _ends(sure(units)) if sure else [(math.nan, math.nan)] * len(units)
    shown = [float(each[unit]) for each in (before, after) for unit in units]
    most = max(1.0, *shown) if shown else 1.0
    stripped = selection.pair
    rows = []
    for unit, (low, high) in zip(units, ends, strict=True):
        ring, dot = float(before[unit]), float(after[unit])
        text = f"{percent(ring)} → {percent(dot)}"
        drawn = Change(ring / most, dot / most, (ring + low) / most, (ring + high) / most)
        words = f"unit {unit}: {percent(ring)}, {ways[0]}; {percent(dot)}, {ways[1]}"
        rows.append(
            [
                Cell(f"unit {unit}", selection.unit(unit)),
                Cell(words, change=drawn, value=dot - ring),
                Cell(text, parts={"from": ring, "to": dot}),
                *(strip_cell(selection, name, unit, STRIP) for name in stripped),
            ]
        )
    scale = f"of the unit's largest response in {selection.baseline}"
    what, interval = ("mean response", ", with the 95 % interval of Welch") if sure else ("response", "")
    columns = [
        Column("unit", help=f"Units of {selection.layer} whose {what} changed most."),
        Column(
            what,
            help=f"Ring: {ways[0]}. Dot: {ways[1]}{interval}. In per cent {scale}.",
            axis=[(0, "0"), (1 / most, "100 %")],
            key=f"change of {what}",
        ),
        Column("from, to", help=f"In per cent {scale}.", numeric=True, key=what),
        *map(strip_column, stripped),
    ]
    return Table(
        title,
        columns,
        rows,
        note=note,
        empty="No unit responds differently.",
        chart="changes",
    )


def _ends(sure: Difference) -> list[tuple[float, float]]:
    return list(zip(sure.low.tolist(), sure.high.tolist(), strict=True))
