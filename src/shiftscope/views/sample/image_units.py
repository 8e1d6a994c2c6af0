"""The units that one image moves most, followed through the other datasets."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import numpy as np

from shiftscope.arrays import NO_LABEL
from shiftscope.counted import counted
from shiftscope.percent import percent
from shiftscope.statistics.ranked import responding
from shiftscope.views.page.panels import Cell, Column, Fold, Message, Table
from shiftscope.views.page.section import section
from shiftscope.views.parts.category_name import category_name
from shiftscope.views.parts.cells import share_cell, strip_cell, strip_column, with_maximum
from shiftscope.views.parts.number_text import number
from shiftscope.views.parts.sets.sample_sets import as_share, label_mean
from shiftscope.views.parts.sets.set_units import mean_column, ratio_of_maxima
from shiftscope.views.parts.sets.shown_sets import shown_sets
from shiftscope.views.sample.shown_sample import ShownSample

UNITS = 12
STRIP = 5


@section(ShownSample, place=50, units=True)
def image_units(sample: ShownSample) -> Fold | Message:
    """Units by their response to the image over their reference maximum.

    The datasets follow with the mean response to the image's category and with the ratio of maxima.
    """
    if sample.lacking:
        return Message("Strongest units", sample.lacking)
    table = _table(sample, UNITS)
    units = sample.selection.study.layer(sample.selection.layer).units
    says = f"{len(table.rows)} of {counted(units, 'unit')} of {sample.selection.layer} in {sample.recording.name}"
    return Fold("Strongest units on this image", says, [table], "strongest-units")


def _table(sample: ShownSample, units: int | None) -> Table:
    """So many units; None gives all that respond, without pictures."""
    selection, recording, seen = sample.selection, sample.recording, sample.seen
    responses = np.asarray(recording.sample_responses(selection.layer, seen.position), np.float64)
    shares = as_share(selection, responses)
    category = seen.label if seen.label != NO_LABEL else seen.prediction
    named = category_name(selection.study, category)
    means = {name: label_mean(selection, name, category) for name in shown_sets(selection)}
    ratios = {
        name: ratio_of_maxima(selection, name) for name in shown_sets(selection) if name != selection.baseline
    }
    stripped = list(dict.fromkeys([*selection.pair, recording.name])) if units else []
    columns = [
        Column("unit"),
        Column(
            "response",
            f"To this image, over the unit's largest response in {selection.baseline}; above 100 % is possible. Below "
            "it the response itself.",
            numeric=True,
        ),
    ]
    of = f"the samples labelled {named}"
    columns += [mean_column(selection, name, of, maxima=name in ratios) for name in means]
    rows = []
    for unit in responding(shares, units or len(shares)):
        cells = [
            Cell(f"unit {unit}", selection.unit(unit)),
            _response(float(shares[unit]), float(responses[unit])),
        ]
        for name, mean in means.items():
            cell = Cell(percent(float(mean[unit])), value=float(mean[unit]))
            cells.append(with_maximum(cell, float(ratios[name][unit])) if name in ratios else cell)
        for name in stripped:
            cells.append(strip_cell(selection, name, unit, STRIP))
        rows.append(cells)
    columns += map(strip_column, stripped)
    what = "label" if seen.label != NO_LABEL else "prediction"
    return Table(
        f"Strongest units of {selection.layer}",
        columns,
        rows,
        note=f"Beside the response to this image, the mean response to its {what}, {named}, in each dataset.",
        empty="No unit with a maximum above zero in the baseline responds to this image.",
        whole=partial(_table, sample, None) if units else None,
    )


def _response(share: float, response: float) -> Cell:
    return replace(share_cell(share), note=number(response), parts={"itself": response})
