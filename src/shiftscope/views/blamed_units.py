"""Units that argue for the wrong answers under a shift."""

from __future__ import annotations

import heapq
from collections.abc import Sequence

from shiftscope.scores.ranked import ranked
from shiftscope.scores.score import unit_scores
from shiftscope.views.cells import number_cell, strip_column
from shiftscope.views.look import Look
from shiftscope.views.numbers import probability
from shiftscope.views.panels import Cell, Column, Message, Panel, Table
from shiftscope.views.pictures import strongest
from shiftscope.views.unit_scores import estimated

STRIP = 4
SCORE = "blame"
TITLE = "Units most to blame"


def blamed_units(look: Look, shifts: Sequence[str], most: int) -> Panel:
    """The units before the head with the largest blame under any of `shifts`, and what moves them there."""
    if look.study.head is None:
        return Message(TITLE, "No recorded layer feeds the logits by a linear map, so no unit can be blamed.")
    layer = look.study.head[0]
    found = []
    for name in shifts:
        blame = estimated(look, name, layer)[SCORE]
        found += [
            (float(blame.value[unit]), name, int(unit), blame)
            for unit in ranked(blame.value)[:most]
            if blame.value[unit] > 0
        ]
    if not found:
        return Message(
            TITLE,
            f"No unit of {layer} argues more for wrong answers than for right ones; it takes both, with labels and "
            "single responses kept.",
        )
    rows = []
    for value, name, unit, blame in heapq.nlargest(most, found, key=lambda one: one[0]):
        q = float("nan") if blame.q is None else float(blame.q[unit])
        rows.append(
            [
                Cell(f"unit {unit}", look.unit(unit, layer)),
                Cell(name, look.layer_page(layer, lead=name, sort=SCORE)),
                number_cell(value, float(blame.low[unit]), float(blame.high[unit])),
                Cell(probability(q), value=q),
                Cell(pictures=tuple(strongest(look, look.study[look.reference], layer, unit, STRIP))),
                Cell(pictures=tuple(strongest(look, look.study[name], layer, unit, STRIP))),
            ]
        )
    columns = [
        Column("unit", f"Units of {layer}, which feeds the logits, by their blame under any shift."),
        Column("dataset"),
        Column(
            "blame",
            f"{unit_scores[SCORE].help} In {unit_scores[SCORE].measured_in}; behind it the 95 % interval.",
            numeric=True,
        ),
        Column(
            "q",
            f"False discovery share over the units of {layer} in this dataset (Benjamini-Hochberg).",
            numeric=True,
        ),
        strip_column(look.reference),
        strip_column("the shifted set"),
    ]
    return Table(TITLE, columns, rows)
