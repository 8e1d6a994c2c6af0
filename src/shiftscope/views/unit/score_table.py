"""Every score of one unit, under every shift."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from shiftscope.arrays import UnitArray
from shiftscope.scores.estimation.estimate import Estimate
from shiftscope.scores.score import unit_scores
from shiftscope.statistics.ranked import rank
from shiftscope.views.page.panels import Cell, Column, Table
from shiftscope.views.page.section import section
from shiftscope.views.page.selection import Selection
from shiftscope.views.parts.cells import number_cell, with_floor
from shiftscope.views.parts.number_text import NOTHING, count, number, probability
from shiftscope.views.parts.unit_scores import estimated, title, too_few_categories
from shiftscope.views.unit.shown_unit import ShownUnit

RANK = "Place among the units of the layer that have the score, the largest first. Leads to them."
Q = (
    "Chance of so large a value without any shift, after Benjamini and Hochberg over the units of the layer. The "
    "interval is of this unit alone and draws within labels, the test does neither: one may exclude what the other "
    "allows."
)

FLOOR = (
    "What sampling alone makes of the score, from halves of the reference. Flat: a unit that does not tell the "
    "categories apart in the reference, so that their order means nothing."
)


@section(ShownUnit, place=40)
def score_table(unit: ShownUnit) -> Table:
    """A row for each score; for each dataset its value with interval and q-value, and the unit's rank."""
    selection, layer, index = unit.selection, unit.layer, unit.index
    found = {name: estimated(selection, name, layer) for name in selection.ordered()}
    columns = [Column("score", "Point at a name to read how the score is computed.")]
    for name in selection.ordered():
        columns.append(
            Column(
                name,
                f"Value in {name}, with its 95 % interval from resampled samples. q: {Q} floor: {FLOOR}",
                numeric=True,
            )
        )
        columns.append(Column("rank", f"In {name}. {RANK}", numeric=True))
    rows = []
    for score, described in unit_scores.items():
        if described.of_twins and all(np.isnan(each[score].value).all() for each in found.values()):
            continue  # no set has twins
        null = f" {number(described.null)} means no change." if described.null is not None else ""
        cells = [Cell(title(score), help=f"{described.help} Measured in: {described.measured_in}.{null}")]
        for name in selection.ordered():
            if name == selection.baseline and described.compares:
                cells += [Cell("reference", value=math.nan), Cell(value=math.nan)]
                continue
            estimate = found[name][score]
            cells.append(_value(estimate, index))
            cells.append(_rank(selection, layer, estimate.value, index, score, name))
        rows.append(cells)
    few = (too_few_categories(selection, name, layer) for name in selection.others())
    note = f"Compared with {selection.baseline}. {NOTHING} where there is nothing to measure."
    note = " ".join([note, *filter(None, few)])
    return Table("Scores", columns, rows, note=note)


def _value(estimate: Estimate, index: int) -> Cell:
    cell = number_cell(*(float(numbers[index]) for numbers in (estimate.value, estimate.low, estimate.high)))
    cell = with_floor(cell, estimate, index)
    if estimate.q is None or math.isnan(estimate.q[index]):
        return cell
    q = probability(float(estimate.q[index]))
    return replace(cell, note=f"{cell.note}; q {q}" if cell.note else f"q {q}")


def _rank(selection: Selection, layer: str, values: UnitArray, index: int, score: str, dataset: str) -> Cell:
    if math.isnan(values[index]):
        return Cell(NOTHING, value=math.nan)
    place, units = rank(values, index)
    page = selection.layer_page(layer, sort=score, focus=dataset)
    return Cell(
        f"{count(place)} of {count(units)}", page, f"Units by {title(score)} in {dataset}", value=place
    )
