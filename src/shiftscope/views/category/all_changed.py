"""The units whose mean response to a category changed most between the baseline and the focus."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from shiftscope.arrays import UnitArray
from shiftscope.counted import counted
from shiftscope.statistics.ranked import ranked
from shiftscope.tuning.set_means import welch
from shiftscope.views.category.shown_category import ShownCategory
from shiftscope.views.page.panels import Cell, Column, Fold, Message, Panel, Table
from shiftscope.views.page.section import section
from shiftscope.views.page.selection import Selection
from shiftscope.views.parts.category_name import category_name
from shiftscope.views.parts.cells import points_cell, share_cell
from shiftscope.views.parts.sets.sample_sets import Chosen, as_share, bounded, label_mean, mean_response

UNITS = 6  # each way


@section(ShownCategory, place=70, units=True)
def all_changed(category: ShownCategory) -> Fold:
    """Both directions apart."""
    panels = changed_units(category)
    told = sum(len(panel.rows) for panel in panels if isinstance(panel, Table))
    says = f"{counted(told, 'unit')}, those that respond more apart from those that respond less"
    return Fold("Changed units, both ways", says if told else "nothing to compare", panels, "changed-units")


def changed_units(shown: ShownCategory) -> list[Panel]:
    """Those that respond more in the focus, then those that respond less, the largest change first."""
    selection, category, name = shown.selection, shown.index, shown.name
    title = f"Units of {selection.layer} whose response to {name} changed"
    if selection.focus == selection.baseline:
        return [Message(title, f"{selection.focus} is both focus and baseline: choose another focus.")]
    means = [label_mean(selection, dataset, category) for dataset in (selection.focus, selection.baseline)]
    change = means[0] - means[1]
    if np.isnan(change).all():
        lacking = " and ".join(
            dataset
            for dataset, mean in zip((selection.focus, selection.baseline), means, strict=True)
            if np.isnan(mean).all()
        )
        return [Message(title, f"{lacking}: no sample labelled {name}, so there is nothing to compare.")]
    more = [int(unit) for unit in ranked(change)[:UNITS] if change[unit] > 0]
    less = [int(unit) for unit in ranked(change, ascending=True)[:UNITS] if change[unit] < 0]
    return [
        _table(selection, category, means, units, direction)
        for units, direction in ((more, "more"), (less, "less"))
    ]


def _table(
    selection: Selection, category: int, means: Sequence[UnitArray], units: Sequence[int], direction: str
) -> Table:
    compared = (selection.focus, selection.baseline)
    name = category_name(selection.study, category)
    half = _half_widths(selection, category, units)
    rows = []
    for unit, width in zip(units, half.tolist(), strict=True):
        change = float(means[0][unit] - means[1][unit])
        rows.append(
            [
                Cell(f"unit {unit}", selection.unit(unit)),
                points_cell(change, change - width, change + width),
                *(share_cell(float(mean[unit])) for mean in means),
            ]
        )
    measured = f"Mean response to the samples labelled {name} in"
    scale = f"over the unit's largest response in {selection.baseline}"
    columns = [
        Column("unit", f"Units of {selection.layer} that changed most, the largest change first."),
        Column(
            "change",
            f"Mean response in {selection.focus} minus that in {selection.baseline}, in percentage points of the "
            f"unit's largest response in {selection.baseline}, with the 95 % interval of Welch for this unit by "
            "itself.",
            numeric=True,
        ),
        *(Column(dataset, f"{measured} {dataset}, {scale}.", numeric=True) for dataset in compared),
    ]
    sizes = [len(Chosen(label=category).of(selection.study[dataset].samples)) for dataset in compared]
    return Table(
        f"Respond {direction} to {name} in {selection.focus} than in {selection.baseline}",
        columns,
        rows,
        note=bounded("The interval", *sizes),
        empty=f"No unit of {selection.layer} responds {direction}.",
    )


def _half_widths(selection: Selection, category: int, units: Sequence[int]) -> UnitArray:
    """(unit,) of the intervals, in shares of the baseline's maximum; NaN where responses were not kept."""
    compared = [selection.study[dataset] for dataset in (selection.focus, selection.baseline)]
    if not all(recording.keeps_responses for recording in compared):
        return np.full(len(units), np.nan)
    focus, baseline = (mean_response(r, selection.layer, Chosen(label=category)) for r in compared)
    difference = welch(focus.at(units), baseline.at(units))
    return as_share(selection, (difference.high - difference.low) / 2, units)
