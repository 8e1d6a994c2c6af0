"""Units that a shift moved farthest, by one score."""

from __future__ import annotations

import heapq
from collections.abc import Sequence

import numpy as np

from shiftscope.scores.ranked import ranked
from shiftscope.scores.score import UnitScore
from shiftscope.views.cells import number_cell, strip_column
from shiftscope.views.look import Look
from shiftscope.views.numbers import number, probability
from shiftscope.views.panels import Cell, Column, Table
from shiftscope.views.pictures import strongest
from shiftscope.views.unit_scores import estimated, title

STRIP = 4


def shifted_units(look: Look, score: UnitScore, shifts: Sequence[str], most: int) -> Table:
    """The units whose score is farthest from what it is without a shift, under any of `shifts`."""
    found = []
    for name in shifts:
        estimate = estimated(look, name)[score.name]
        distance = np.abs(estimate.value - (score.null or 0.0))
        found += [
            (float(distance[unit]), name, int(unit), estimate)
            for unit in ranked(distance)[:most]
            if distance[unit] > 0
        ]
    tests = any(estimate.q is not None for *_, estimate in found)
    rows = []
    for _, name, unit, estimate in heapq.nlargest(most, found, key=lambda one: one[0]):
        value, low, high = (float(a[unit]) for a in (estimate.value, estimate.low, estimate.high))
        q = float("nan") if estimate.q is None else float(estimate.q[unit])
        rows.append(
            [
                Cell(f"unit {unit}", look.unit(unit)),
                Cell(name, look.layer_page(lead=name, sort=score.name)),
                number_cell(value, low, high),
                *([Cell(probability(q), value=q)] if tests else []),
                Cell(pictures=tuple(strongest(look, look.study[look.reference], look.layer, unit, STRIP))),
                Cell(pictures=tuple(strongest(look, look.study[name], look.layer, unit, STRIP))),
            ]
        )
    unchanged = number(score.null or 0.0)
    columns = [
        Column(
            "unit",
            f"Units whose {title(score.name)} is farthest from {unchanged}, its value without a shift.",
        ),
        Column("dataset"),
        Column(
            title(score.name),
            f"{score.help} Measured in: {score.measured_in}; behind it the 95 % interval.",
            numeric=True,
        ),
        *(
            [
                Column(
                    "q",
                    "False discovery share over the units of the layer (Benjamini-Hochberg).",
                    numeric=True,
                )
            ]
            if tests
            else []
        ),
        strip_column(look.reference),
        strip_column("the shifted set"),
    ]
    return Table(
        f"Most shifted units of {look.layer}",
        columns,
        rows,
        empty=f"No unit has {title(score.name)}; it may take single responses, or labels.",
    )
