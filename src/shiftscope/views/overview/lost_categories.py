"""Categories by how much of their accuracy a shift took."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from shiftscope.outcomes.largest_loss import Loss, largest_loss
from shiftscope.outcomes.outcomes import outcomes
from shiftscope.statistics.ranked import ranked
from shiftscope.statistics.wilson import wilson
from shiftscope.views.overview.shown_overview import ShownOverview
from shiftscope.views.page.panels import Cell, Column, Table
from shiftscope.views.page.section import section
from shiftscope.views.page.selection import Selection
from shiftscope.views.parts.cells import share_cell
from shiftscope.views.parts.number_text import NOTHING, count, points, points_interval
from shiftscope.views.parts.pictures import category_name

CATEGORIES = 25


@section(ShownOverview, place=50)
def lost_categories(overview: ShownOverview) -> Table:
    """The categories that lost most under any of the shifts, with their accuracy in every dataset."""
    selection, shifts = overview.selection, overview.shifts
    size, names = len(selection.study.categories), selection.ordered()
    counted = [outcomes(selection.study[name].samples, size) for name in names]
    right = np.stack([np.diag(each.confusions) for each in counted])  # (dataset, category)
    total = np.stack([each.by_label for each in counted])
    share = right / np.where(total > 0, total, np.nan)
    low, high = wilson(right, total)
    places = [names.index(name) for name in shifts]
    loss = largest_loss(right[places], total[places], right[0], total[0]) if shifts else None
    order = ranked(loss.change, ascending=True)[:CATEGORIES] if loss else range(min(size, CATEGORIES))
    rows = [
        [
            Cell(category_name(selection.study, c), selection.category(c)),
            *(_cells(selection, loss, shifts, c) if loss else []),
            *(share_cell(*(float(a[d, c]) for a in (share, low, high))) for d in range(len(names))),
        ]
        for c in map(int, order)
    ]
    interval = "behind it the 95 % interval of"
    columns = [Column("category", "Categories that lost most first." if shifts else "")]
    if shifts:
        help = f"Accuracy minus that in {selection.baseline}, in percentage points; {interval} Newcombe."
        columns.append(Column("change", help, numeric=True))
    if len(shifts) > 1:
        columns.append(Column("where", "The dataset in which the category lost most."))
    columns += [
        Column(
            name,
            f"Share of the category's samples in {name} predicted right; {interval} Wilson.",
            numeric=True,
        )
        for name in names
    ]
    return Table(
        "Categories that lost most" if shifts else "Accuracy by category",
        columns,
        rows,
        note=f"{count(len(rows))} of {count(size)}." if len(rows) < size else "",
    )


def _cells(selection: Selection, loss: Loss, shifts: Sequence[str], category: int) -> list[Cell]:
    change, low, high = (float(a[category]) for a in (loss.change, loss.low, loss.high))
    if math.isnan(change):
        return [Cell(NOTHING, value=math.nan), Cell(NOTHING)][: min(2, len(shifts))]
    where = shifts[int(loss.place[category])]
    own = [Cell(points(change), note=points_interval(low, high), value=change)]
    return [*own, Cell(where, selection.dataset(where, label=category))] if len(shifts) > 1 else own
