"""How often two categories are taken for one another in each dataset."""

from __future__ import annotations

from shiftscope.outcomes.outcomes import outcomes
from shiftscope.statistics.wilson import wilson
from shiftscope.views.confusion.shown_confusion import ShownConfusion
from shiftscope.views.page.panels import Cell, Column, Table
from shiftscope.views.page.section import section
from shiftscope.views.parts.cells import share_cell
from shiftscope.views.parts.number_text import count
from shiftscope.views.parts.pictures import category_name


@section(ShownConfusion, place=10)
def how_often(confusion: ShownConfusion) -> Table:
    """Counts both ways, with their shares."""
    selection = confusion.selection
    rows = []
    for name in selection.ordered():
        confusions = outcomes(selection.study[name].samples, len(selection.study.categories)).confusions
        cells = [Cell(name, selection.dataset(name))]
        for label, prediction in confusion.ways:
            total, wrong = int(confusions[label].sum()), int(confusions[label, prediction])
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
    return Table("How often", columns, rows)
