"""Units that a shift moved farthest, by one score."""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from itertools import product

import numpy as np

from shiftscope.scores.score import UnitScore
from shiftscope.statistics.probability import probability
from shiftscope.statistics.ranked import ranked
from shiftscope.views.page.panels import Cell, Column, Table
from shiftscope.views.page.selection import Selection
from shiftscope.views.parts.cells import score_cell, strip_cell, strip_column
from shiftscope.views.parts.number_text import number
from shiftscope.views.parts.units.unit_scores import estimated, title

STRIP = 4


def units_by_score(
    selection: Selection,
    layers: Sequence[str],
    score: UnitScore,
    shifts: Sequence[str],
    most: int,
    *,
    positive: bool = False,
    heading: str = "",
    empty: str = "",
) -> Table:
    """The units of some layers whose score is farthest from what it is without a shift, under any of `shifts`.

    Parameters
    ----------
    positive
        Only units whose score is above zero, by the score itself.
    heading, empty
        Title of the table, and what stands in one without units.
    """
    found = []
    for name, layer in product(shifts, layers):
        estimate = estimated(selection, name, layer)[score.name]
        size = estimate.value if positive else np.abs(estimate.value - (score.null or 0.0))
        found += [
            (float(size[unit]), name, layer, int(unit), estimate)
            for unit in ranked(size)[:most]
            if size[unit] > 0
        ]
    tests = any(estimate.q is not None for *_, estimate in found)
    rows = []
    for _, name, layer, unit, estimate in heapq.nlargest(most, found, key=lambda one: one[0]):
        q = float("nan") if estimate.q is None else float(estimate.q[unit])
        rows.append(
            [
                Cell(
                    f"{layer}, unit {unit}" if len(layers) > 1 else f"unit {unit}",
                    selection.unit(unit, layer),
                ),
                Cell(name, selection.layer_page(layer, focus=name, sort=score.name)),
                score_cell(estimate, unit),
                *([Cell(probability(q), value=q)] if tests else []),
                *(strip_cell(selection, shown, unit, STRIP, layer) for shown in (selection.baseline, name)),
            ]
        )
    named, whose = title(score.name), " and ".join(layers)
    farthest = f"farthest from {number(score.null or 0.0)}, its value without a shift"
    columns = [
        Column("unit", f"Units of {whose} whose {named} is {'largest' if positive else farthest}."),
        Column("dataset"),
        Column(
            named,
            f"{score.help} Measured in: {score.measured_in}; behind it the 95 % interval.",
            numeric=True,
            key=score.name,
        ),
    ]
    if tests:
        over = whose if len(layers) == 1 else "each layer"
        help = f"False discovery share over the units of {over} in this dataset (Benjamini-Hochberg)."
        columns.append(Column("q", help, numeric=True, key=f"{score.name}_q"))
    columns += [strip_column(selection.baseline), strip_column("the shifted set")]
    return Table(
        heading or f"Most shifted units of {whose}",
        columns,
        rows,
        empty=empty or f"No unit has {named}; it may take single responses, or labels.",
    )
