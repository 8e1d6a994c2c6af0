"""Every number of a repair."""

from __future__ import annotations

from shiftscope.explain.interventions.pairs import Pairs
from shiftscope.statistics.probability import probability
from shiftscope.views.page.panels import Cell, Column, Fold, Table
from shiftscope.views.page.section import section
from shiftscope.views.parts.cells import points_cell, share_cell
from shiftscope.views.parts.number_text import count, signed
from shiftscope.views.repair.shown_repair import ShownRepair

COLUMNS = (
    Column("dataset"),
    Column("half"),
    Column("labelled", "Samples with a label.", numeric=True),
    Column("before", "Share of them classified right, as recorded.", numeric=True),
    Column("after", "Share of them classified right with the units silent.", numeric=True),
    Column(
        "change",
        "After minus before in percentage points, with the 95 % interval of Newcombe for paired shares.",
        numeric=True,
    ),
    Column("fixed", "Wrong before and right after.", numeric=True),
    Column("broken", "Right before and wrong after.", numeric=True),
    Column("p", "McNemar's test: as many fixed as broken.", numeric=True),
)


@section(ShownRepair, place=82)
def all_numbers(shown: ShownRepair) -> Fold | None:
    """Of the half that was held out, and of the one that was searched, whose numbers are too good."""
    found = shown.found
    if found is None:
        return None
    rows = [_row(shown, name, "held out", pairs) for name, pairs in found.held_out.items()]
    rows += [_row(shown, name, "searched", pairs) for name, pairs in found.searched.items()]
    note = "Units were chosen on the half that was searched, so its numbers are too good."
    says = f"before, after, fixed, broken, p of {count(len(found.held_out))} sets"
    return Fold("All numbers", says, [Table("", COLUMNS, rows, note=note)], key="all-numbers")


def _row(shown: ShownRepair, name: str, half: str, pairs: Pairs) -> list[Cell]:
    return [
        Cell(name, shown.selection.dataset(name)),
        Cell(half),
        Cell(count(pairs.labelled), value=pairs.labelled),
        share_cell(pairs.before),
        share_cell(pairs.after),
        points_cell(pairs.difference, *pairs.interval, write=signed),
        Cell(count(pairs.fixed), value=pairs.fixed),
        Cell(count(pairs.broken), value=pairs.broken),
        Cell(probability(pairs.p), value=pairs.p),
    ]
