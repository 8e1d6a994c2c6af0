"""The units whose paths separate two categories."""

from __future__ import annotations

from shiftscope.statistics.ranked import ranked
from shiftscope.views.page.panels import Cell, Column, Message, Table
from shiftscope.views.page.section import section
from shiftscope.views.parts.cells import number_cell, share_cell, strip_cell, strip_column
from shiftscope.views.parts.number_text import number
from shiftscope.views.paths.shown_path_pair import ROWS, ShownPathPair

STRIP = 5


@section(ShownPathPair, place=20)
def pair_units(pair: ShownPathPair) -> Table | Message:
    """Incoming units, with the bias as one of them; what is lacking, where there is nothing to compare."""
    if pair.lacking:
        return Message("Nothing to compare", f"There is no labelled sample of {pair.lacking}.")
    chosen, found, labels = pair.chosen, pair.terms, pair.labels
    selection, layer = chosen.selection, chosen.linear.layer
    stripped = selection.pair
    added, inputs = found.by_column, chosen.linear.weight.shape[1]
    columns = [
        Column("unit", f"Units of {layer}, which enters {chosen.linear.name}, by what their paths add."),
        Column("adds", "Nats: the sum over the unit's paths of their terms in the divergence.", numeric=True),
        Column("share", "Of the whole divergence.", numeric=True),
        Column(labels[0], f"Mean frequency of the unit's paths in {labels[0]}.", numeric=True),
        Column(labels[1], f"Mean frequency of the unit's paths in {labels[1]}.", numeric=True),
        *map(strip_column, stripped),
    ]
    rows = []
    for column in ranked(added)[:ROWS].tolist():
        bias = column == inputs
        pictures = [
            Cell() if bias else strip_cell(selection, name, column, STRIP, layer) for name in stripped
        ]
        rows.append(
            [
                Cell("bias") if bias else Cell(f"unit {column}", selection.unit(column, layer)),
                number_cell(float(added[column])),
                share_cell(pair.share(float(added[column]))),
                share_cell(float(found.first[:, column].mean())),
                share_cell(float(found.second[:, column].mean())),
                *pictures,
            ]
        )
    note = f"{pair.read} KL({labels[0]} || {labels[1]}) is {number(found.kl)} nats.".strip()
    return Table("Incoming units that separate them", columns, rows, note=note)
