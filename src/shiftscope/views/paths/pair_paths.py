"""The paths that separate two categories."""

from __future__ import annotations

import numpy as np

from shiftscope.counted import counted
from shiftscope.views.page.panels import Cell, Column, Fold, Table
from shiftscope.views.page.section import section
from shiftscope.views.parts.cells import number_cell, share_cell
from shiftscope.views.parts.number_text import count
from shiftscope.views.paths.output_cell import output_cell
from shiftscope.views.paths.shown_path_pair import ROWS, ShownPathPair


@section(ShownPathPair, place=40)
def pair_paths(pair: ShownPathPair) -> Fold | None:
    """One by one, by what each adds."""
    if pair.lacking:
        return None
    chosen, found, labels = pair.chosen, pair.terms, pair.labels
    selection, (weight, bias) = chosen.selection, (chosen.linear.weight, chosen.linear.bias)
    inputs, width = weight.shape[1], found.terms.shape[1]
    flat = found.terms.ravel()
    most = np.argsort(-flat, kind="stable")[:ROWS]
    columns = [
        Column("unit", f"Of {chosen.linear.layer}."),
        Column("output", f"Of {chosen.linear.name}."),
        Column("weight", "From the unit to the output.", numeric=True),
        Column(labels[0], f"Share of samples of {labels[0]} in which the path is significant.", numeric=True),
        Column(labels[1], f"Share of samples of {labels[1]} in which the path is significant.", numeric=True),
        Column("adds", "Its term in the divergence, nats.", numeric=True),
    ]
    rows = []
    for at in most.tolist():
        output, column = divmod(at, width)
        is_bias = column == inputs
        value = (
            float(bias[output])
            if is_bias and bias is not None
            else float(weight[output, min(column, inputs - 1)])
        )
        rows.append(
            [
                Cell("bias")
                if is_bias
                else Cell(f"unit {column}", selection.unit(column, chosen.linear.layer)),
                output_cell(chosen, output),
                number_cell(value),
                share_cell(float(found.first[output, column])),
                share_cell(float(found.second[output, column])),
                number_cell(float(flat[at])),
            ]
        )
    note = f"{len(most)} of {counted(len(flat), 'path', count)}."
    first = rows[0]
    return Fold(
        "Paths, one by one",
        f"{first[0].text} to {first[1].text} adds most, {first[5].text} nats",
        [Table("Paths that separate them", columns, rows, note=note)],
        "paths",
    )
