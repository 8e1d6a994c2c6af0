"""The outputs whose paths separate two categories."""

from __future__ import annotations

from shiftscope.statistics.ranked import ranked
from shiftscope.views.page.panels import Column, Fold, Table
from shiftscope.views.page.section import section
from shiftscope.views.parts.cells import number_cell, share_cell
from shiftscope.views.paths.output_cell import output_cell
from shiftscope.views.paths.shown_path_pair import ROWS, ShownPathPair


@section(ShownPathPair, place=30)
def pair_outputs(pair: ShownPathPair) -> Fold | None:
    """Those that the paths lead to, by what these add."""
    if pair.lacking:
        return None
    chosen, found, labels = pair.chosen, pair.terms, pair.labels
    added = found.by_output
    columns = [
        Column("output", f"Outputs of {chosen.linear.name} by what the paths into them add."),
        Column(
            "adds", "Nats: the sum over the output's paths of their terms in the divergence.", numeric=True
        ),
        Column("share", "Of the whole divergence.", numeric=True),
        Column(labels[0], f"Mean frequency of its paths in {labels[0]}.", numeric=True),
        Column(labels[1], f"Mean frequency of its paths in {labels[1]}.", numeric=True),
    ]
    rows = [
        [
            output_cell(chosen, output),
            number_cell(float(added[output])),
            share_cell(pair.share(float(added[output]))),
            share_cell(float(found.first[output].mean())),
            share_cell(float(found.second[output].mean())),
        ]
        for output in ranked(added)[:ROWS].tolist()
    ]
    first = rows[0]
    return Fold(
        "Outputs, one by one",
        f"those into {first[0].text} add most, {first[2].text} of the divergence",
        [Table("Outputs whose paths separate them", columns, rows)],
        "outputs",
    )
