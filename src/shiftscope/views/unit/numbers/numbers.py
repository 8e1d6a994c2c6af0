"""How large a unit's responses are, and how often there are any."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from shiftscope.scores.activation_ratio import activation_ratio
from shiftscope.summaries.maxima import Maxima
from shiftscope.summaries.moments import Moments
from shiftscope.views.page.panels import Cell, Column, Table
from shiftscope.views.parts.cells import number_cell, share_cell
from shiftscope.views.parts.number_text import count
from shiftscope.views.unit.shown_unit import ShownUnit


def numbers(unit: ShownUnit) -> Table:
    """Maximum, mean and firing rate in each dataset, as they are and over the baseline's maximum."""
    every, shown = [*unit.pair, *unit.others], unit.sets
    table = _of(unit, shown)
    if len(shown) == len(every):
        return table
    note = f"{count(len(shown))} of {count(len(every))} datasets; all of them in the files."
    return replace(table, note=note, whole=lambda: _of(unit, every))


def _of(unit: ShownUnit, names: Sequence[str]) -> Table:
    selection, index = unit.selection, unit.index
    against = unit.study[selection.baseline].summary(unit.layer, Maxima).largest
    rows = []
    for name in names:
        recording = unit.study[name]
        largest = recording.summary(unit.layer, Maxima).largest
        moments = recording.summary(unit.layer, Moments)
        rows.append(
            [
                Cell(name, selection.dataset(name)),
                number_cell(float(largest[index])),
                share_cell(float(activation_ratio(largest, against)[index])),
                number_cell(float(moments.mean()[index])),
                share_cell(float(activation_ratio(moments.mean(), against)[index])),
                share_cell(float(moments.firing_rate()[index])),
            ]
        )
    scale = f"over the largest response in {selection.baseline}; above 100 % is possible."
    columns = [
        Column("dataset"),
        Column("maximum", "Largest response to any sample.", numeric=True),
        Column("ratio of maxima", f"Largest response to any sample {scale}", numeric=True),
        Column("mean", "Mean response over all samples.", numeric=True),
        Column("mean, normalised", f"Mean response over all samples {scale}", numeric=True),
        Column("fires", "Share of samples with a response above zero.", numeric=True),
    ]
    return Table("Numbers", columns, rows)
