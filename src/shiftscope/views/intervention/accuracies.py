"""Accuracy before and after a change of units."""

from __future__ import annotations

from shiftscope.statistics.probability import probability
from shiftscope.views.intervention.shown_intervention import ShownIntervention
from shiftscope.views.page.panels import Cell, Column, Message, Table
from shiftscope.views.page.section import section
from shiftscope.views.parts.cells import points_cell, share_cell
from shiftscope.views.parts.number_text import count, signed


@section(ShownIntervention, place=20)
def accuracies(shown: ShownIntervention) -> Table | Message | None:
    """In each dataset; why not, where there is nothing to compute them from."""
    selection, done = shown.selection, shown.done
    if not shown.kept:
        return Message("Nothing to compute from", "Every dataset was recorded with summaries alone.")
    if not done:
        return None
    rows = []
    for name, answers in done.answers.items():
        pairs = answers.pairs
        rows.append(
            [
                Cell(name, selection.dataset(name)),
                Cell(count(pairs.labelled), value=pairs.labelled),
                share_cell(pairs.before),
                share_cell(pairs.after),
                points_cell(pairs.difference, *pairs.interval, write=signed),
                Cell(count(pairs.fixed), value=pairs.fixed),
                Cell(count(pairs.broken), value=pairs.broken),
                Cell(probability(pairs.p), value=pairs.p),
                Cell(count(answers.changed), value=answers.changed),
            ]
        )
    columns = [
        Column("dataset"),
        Column("labelled", "Samples with a label.", numeric=True),
        Column("before", "Share of them classified right, as recorded.", numeric=True),
        Column("after", "Share of them classified right with the units changed.", numeric=True),
        Column(
            "difference",
            "After minus before in percentage points, with the 95 % interval of Newcombe for paired shares.",
            numeric=True,
        ),
        Column("fixed", "Wrong before and right after.", numeric=True),
        Column("broken", "Right before and wrong after.", numeric=True),
        Column("p", "McNemar's test: as many fixed as broken.", numeric=True),
        Column("changed", "Predictions that are another one, labelled or not.", numeric=True),
    ]
    left_out = [name for name in selection.ordered() if name not in shown.kept]
    alone = f" Recorded with summaries alone: {', '.join(left_out)}." if left_out else ""
    waiting = [name for name in shown.kept if name not in done.answers]
    alone += f" Not answered by the model yet: {', '.join(waiting)}." if waiting else ""
    note = "Interval and p do not know how the units were chosen; the page of a repair chooses them on other samples."
    return Table("Accuracy before and after", columns, rows, note=note + alone)
