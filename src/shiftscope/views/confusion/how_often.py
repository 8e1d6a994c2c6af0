"""How often two categories are taken for one another in each dataset."""

from __future__ import annotations

from shiftscope.outcomes.outcomes import outcomes
from shiftscope.statistics.wilson import wilson
from shiftscope.views.confusion.sentence import where_it_happens
from shiftscope.views.confusion.shown_confusion import ShownConfusion
from shiftscope.views.page.panels import Cell, Column, Fold, Table
from shiftscope.views.page.section import section
from shiftscope.views.parts.category_name import category_name
from shiftscope.views.parts.cells import share_cell
from shiftscope.views.parts.number_text import count
from shiftscope.views.parts.sets.shown_sets import listed_sets


@section(ShownConfusion, place=40)
def how_often(confusion: ShownConfusion) -> Fold:
    """Counts both ways, with their shares."""
    selection = confusion.selection
    rows: list[list[Cell]] = []
    found: list[list[tuple[str, int, int]]] = [[] for _ in confusion.ways]
    for name in listed_sets(selection):
        confusions = outcomes(selection.study[name].samples, len(selection.study.categories)).confusions
        cells = [Cell(name, selection.dataset(name))]
        for way, (label, prediction) in zip(found, confusion.ways, strict=True):
            total, wrong = int(confusions[label].sum()), int(confusions[label, prediction])
            way.append((name, wrong, total))
            page = selection.dataset(name, label=label, prediction=prediction)
            cells.append(Cell(count(wrong), page, value=wrong))
            share = wrong / total if total else float("nan")
            cells.append(share_cell(share, *map(float, wilson(wrong, total))))
        rows.append(cells)
    columns = [Column("dataset")]
    for label, prediction in confusion.ways:
        a, b = category_name(selection.study, label), category_name(selection.study, prediction)
        columns.append(Column(f"{a} → {b}", "Samples with this label and this prediction.", numeric=True))
        help = f"Of the samples labelled {a}, with the 95 % interval of Wilson."
        columns.append(Column(f"share of {a}", help, numeric=True))
    named = [f"{a} → {b}" for a, b in (confusion.pair.names, confusion.pair.names[::-1])]
    says = where_it_happens(list(zip(named, found, strict=True)))
    return Fold("How often, everywhere", says, [Table("How often", columns, rows)], "how-often")
