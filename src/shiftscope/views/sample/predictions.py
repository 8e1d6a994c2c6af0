"""What the model said of a sample."""

from __future__ import annotations

import numpy as np

from shiftscope.statistics.shares import softmax
from shiftscope.views.page.panels import Cell, Column, Table
from shiftscope.views.page.section import section
from shiftscope.views.parts.cells import number_cell, share_cell
from shiftscope.views.parts.pictures import category_name
from shiftscope.views.sample.shown_sample import ShownSample

PREDICTIONS = 5


@section(ShownSample, place=11, beside=True)
def predictions(sample: ShownSample) -> Table | None:
    """The likeliest categories, where single responses were kept."""
    if sample.lacking:
        return None
    selection, seen = sample.selection, sample.seen
    logits = sample.recording.logits(seen.position)
    probabilities = softmax(logits)
    rows = [
        [
            Cell(
                category_name(selection.study, c),
                selection.category(c),
                help="the label" if c == seen.label else "",
            ),
            Cell("label" if c == seen.label else ""),
            share_cell(float(probabilities[c])),
            number_cell(float(logits[c])),
        ]
        for c in map(int, np.argsort(-probabilities, kind="stable")[:PREDICTIONS])
    ]
    columns = [
        Column("prediction"),
        Column(""),
        Column("probability", "Softmax of the logits, the largest subtracted first.", numeric=True),
        Column("logit", "As the model gave it.", numeric=True),
    ]
    return Table("Predictions", columns, rows)
