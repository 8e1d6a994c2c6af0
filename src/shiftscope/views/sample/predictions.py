"""What the model said of a sample."""

from __future__ import annotations

import numpy as np

from shiftscope.arrays import NO_LABEL
from shiftscope.statistics.shares import softmax
from shiftscope.views.page.panels import Cell, Column, Fold, Table
from shiftscope.views.page.section import section
from shiftscope.views.parts.category_name import category_name
from shiftscope.views.parts.cells import number_cell, share_cell
from shiftscope.views.sample.sentence import place_of, share_text
from shiftscope.views.sample.shown_sample import ShownSample

PREDICTIONS = 10


@section(ShownSample, place=40)
def predictions(sample: ShownSample) -> Fold | None:
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
    order = np.argsort(-probabilities, kind="stable")
    said = f"{category_name(selection.study, int(order[0]))} {share_text(float(probabilities[order[0]]))}"
    if seen.label != NO_LABEL:
        place = int(np.flatnonzero(order == seen.label)[0]) + 1
        said += f"; {place_of(category_name(selection.study, seen.label), place)}"
    return Fold(
        f"All answers in {sample.recording.name}", said, [Table("Predictions", columns, rows)], "answers"
    )
