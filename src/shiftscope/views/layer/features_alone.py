"""Features that are active in one of two datasets alone."""

from __future__ import annotations

import numpy as np

from shiftscope.percent import percent
from shiftscope.summaries.maxima import Maxima
from shiftscope.summaries.moments import Moments
from shiftscope.tuning.active_alone import ACTIVE, RARE, active_alone
from shiftscope.views.layer.shown_layer import ShownLayer
from shiftscope.views.page.panels import Cell, Column, Fold, Table
from shiftscope.views.page.section import section
from shiftscope.views.parts.cells import share_cell
from shiftscope.views.parts.derived.features import FOUND_BY, found_by, found_by_cell
from shiftscope.views.parts.number_text import count

MOST = 50  # rows


@section(ShownLayer, place=29)
def features_alone(layer: ShownLayer) -> Fold | None:
    """Those of the baseline alone, then those of the focus alone; None of a recorded layer, and where codes have any
    sign and so are always active."""
    selection = layer.selection
    study, name = selection.study, selection.layer
    if name not in study.derived or not layer.compared:
        return None
    pair = selection.baseline, selection.focus
    before, after = (study[dataset].summary(name, Moments).firing_rate() for dataset in pair)
    smallest = [study[dataset].summary(name, Maxima).smallest for dataset in pair]
    if any(np.nanmin(each) < 0 for each in smallest):
        return None
    lost, new = active_alone(before, after)
    says = f"{count(len(lost))} lost in {selection.focus}, {count(len(new))} new there"
    found = found_by(study, name)
    rows = [
        [
            Cell(str(unit), selection.unit(unit), value=unit),
            Cell(f"{'lost' if before[unit] > after[unit] else 'new'} in {selection.focus}"),
            share_cell(float(before[unit])),
            share_cell(float(after[unit])),
            found_by_cell(study, name, found, unit),
        ]
        for unit in [*lost.tolist(), *new.tolist()]
    ]
    help = "Share of samples with a code above zero."
    columns = [
        Column("feature", numeric=True),
        Column("what"),
        Column(f"active in {selection.baseline}", help=help, numeric=True),
        Column(f"active in {selection.focus}", help=help, numeric=True),
        FOUND_BY,
    ]
    ends = percent(ACTIVE), percent(RARE)
    note = f"Active in more than {ends[0]} of one set's samples, in fewer than {ends[1]} of the other's."
    table = Table("Lost and new", columns, rows[:MOST], note, empty="There is none.")
    return Fold("Features of one set alone", says, [table], "alone")
