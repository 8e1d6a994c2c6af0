"""Every score of one unit, under every shift."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from shiftscope.arrays import UnitArray
from shiftscope.counted import counted
from shiftscope.percent import NOTHING
from shiftscope.scores.estimation.beyond_chance import beyond_chance
from shiftscope.scores.estimation.estimate import Estimate
from shiftscope.scores.score import unit_scores
from shiftscope.statistics.probability import probability
from shiftscope.statistics.ranked import rank
from shiftscope.views.page.panels import Cell, Column, Fold, Table
from shiftscope.views.page.section import section
from shiftscope.views.parts.cells import score_cell
from shiftscope.views.parts.in_a_row import in_a_row
from shiftscope.views.parts.number_text import count, number
from shiftscope.views.parts.units.no_width import not_kept, with_reason
from shiftscope.views.parts.units.unit_scores import estimated, explained, title, too_few_categories
from shiftscope.views.unit.shown_unit import ShownUnit

OTHERS = 3  # sets beside baseline and focus
RANK = "Place among the units of the layer that have the score, the largest first. Leads to them."
Q = (
    "Chance of so large a value without any shift, after Benjamini and Hochberg over the units of the layer. The "
    "interval is of this unit alone and draws within labels, the test does neither: one may exclude what the other "
    "allows."
)

FLOOR = (
    "What sampling alone makes of the score, from halves of the baseline. Flat: a unit that does not separate the "
    "categories in the baseline, so that their order means nothing."
)


@section(ShownUnit, place=50)
def score_table(unit: ShownUnit) -> Fold:
    """A row for each score; for each dataset its value with interval and q-value, and the unit's rank."""
    selection, layer, index = unit.selection, unit.layer, unit.index
    baseline, shown = selection.baseline, _sets(unit)
    found = {name: estimated(selection, name, layer) for name in shown}
    columns = [Column("score", "Each leads to the glossary.")]
    for name in shown:
        help = f"Value in {name}, with its 95 % interval from resampled samples. q: {Q} floor: {FLOOR} rank: {RANK}"
        columns.append(Column(name, help, numeric=True))
    rows = []
    for score, described in unit_scores.items():
        optional = described.of_twins or described.of_maps
        if optional and all(np.isnan(each[score].value).all() for each in found.values()):
            continue  # no set has twins, or numbers of maps
        if described.compares and selection.incomparable:
            continue  # the page's sentence says why
        null = f" {number(described.null)} means no change." if described.null is not None else ""
        help = f"{described.help} Measured in: {described.measured_in}.{null} High: {described.high}."
        cells = [Cell(title(score), explained(score), help)]
        for name in shown:
            if name == baseline and described.compares:
                cells.append(Cell("baseline", value=math.nan))
                continue
            estimate = found[name][score]
            sets = [unit.study[each] for each in ([name, baseline] if described.compares else [name])]
            value = with_reason(_value(estimate, index), estimate, index, layer, sets)
            cells.append(_ranked(unit, value, estimate.value, score, name))
        rows.append(cells)
    others = "" if len(shown) == len(selection.ordered()) else " Other sets: choose them as the focus."
    note = f"Compared with {baseline}. {NOTHING} where there is nothing to measure.{others}"
    few = (too_few_categories(selection, name, layer) for name in shown if name != baseline)
    note = " ".join(filter(None, [note, not_kept(selection, shown), *few]))
    return Fold(
        "Scores",
        "of one set alone"
        if selection.incomparable
        else changed(found[selection.focus], index, selection.focus),
        [Table("", columns, rows, note=note)],
        "scores",
    )


def changed(estimates: Mapping[str, Estimate], index: int, dataset: str) -> str:
    """By which scores a unit changed beyond chance."""
    found = [
        f"{title(name)} {number(float(estimate.value[index]))}"
        for name, estimate in estimates.items()
        if beyond_chance(unit_scores[name], estimate)[index]
    ]
    if found:
        return f"beyond chance in {dataset}: {in_a_row(found)}"
    if all(math.isnan(each.low[index]) for each in estimates.values()):
        return f"{counted(len(estimates), 'score')}, without intervals"
    return f"none is beyond chance in {dataset}"


def _sets(unit: ShownUnit) -> list[str]:
    """The focus, others that lose most, then the baseline, of which there are scores of one dataset only."""
    focus = [unit.selection.focus] if len(unit.pair) > 1 else []
    return [*focus, *unit.others[:OTHERS], unit.selection.baseline]


def _value(estimate: Estimate, index: int) -> Cell:
    cell = score_cell(estimate, index)
    if estimate.q is None or math.isnan(estimate.q[index]):
        return cell
    q = probability(float(estimate.q[index]))
    return replace(cell, note=f"{cell.note}; q {q}" if cell.note else f"q {q}")


def _ranked(unit: ShownUnit, cell: Cell, values: UnitArray, score: str, dataset: str) -> Cell:
    """The value with its rank, leading to the units in this order; none where there is nothing to measure."""
    if math.isnan(values[unit.index]):
        return replace(cell, parts={**cell.parts, "rank": math.nan})
    place, units = rank(values, unit.index)
    page = unit.selection.layer_page(unit.layer, sort=score, focus=dataset)
    told = f"rank {count(place)} of {count(units)}"
    note = f"{cell.note}; {told}" if cell.note else told
    return replace(cell, page=page, note=note, parts={**cell.parts, "rank": place})
