"""Categories by how much of their accuracy a shift took."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from shiftscope.outcomes.largest_loss import Loss, largest_loss
from shiftscope.outcomes.outcomes import outcomes
from shiftscope.percent import NOTHING
from shiftscope.statistics.ranked import ranked
from shiftscope.statistics.wilson import wilson
from shiftscope.views.overview.shown_overview import ShownOverview
from shiftscope.views.page.panels import Cell, Column, Fold, Table
from shiftscope.views.page.section import section
from shiftscope.views.page.selection import Selection
from shiftscope.views.parts.category_name import category_name
from shiftscope.views.parts.cells import points_cell, share_cell
from shiftscope.views.parts.number_text import count

CATEGORIES = 25


@section(ShownOverview, place=55)
def lost_categories(overview: ShownOverview) -> Fold | Table:
    """The categories that lost most under any of the shifts, with their accuracy; open where there is no shift."""
    selection, shifts = overview.selection, overview.shifts
    size = len(selection.study.categories)
    names = [selection.baseline, *(overview.beside if overview.selection.others() else ())]
    counted = [outcomes(selection.study[name].samples, size) for name in names]
    right = np.stack([np.diag(each.confusions) for each in counted])  # (dataset, category)
    total = np.stack([each.by_label for each in counted])
    share = right / np.where(total > 0, total, np.nan)
    low, high = wilson(right, total)
    loss = largest_loss(right[1:], total[1:], right[0], total[0]) if shifts else None
    shifts = names[1:]
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
            f"Share of the category's samples in {name} classified right; {interval} Wilson.",
            numeric=True,
        )
        for name in names
    ]
    note = f"{count(len(rows))} of {count(size)}." if len(rows) < size else ""
    table = Table("Categories" if shifts else "Accuracy by category", columns, rows, note=note)
    if loss is None:
        return table
    return Fold("Categories that lost most", _found(selection, loss, shifts, share), [table], "categories")


def _found(selection: Selection, loss: Loss, shifts: Sequence[str], share: npt.NDArray[np.float64]) -> str:
    """How many lost beyond chance, and which most."""
    known = np.isfinite(loss.change)
    if not known.any():
        return "no category has samples in both"
    lost = int((loss.high[known] < 0).sum())
    if not lost:
        return f"none of {count(int(known.sum()))} lost beyond chance"
    first = int(np.nanargmin(loss.change))
    name = category_name(selection.study, first)
    place = int(loss.place[first])
    where = f" in {shifts[place]}" if len(shifts) > 1 else ""
    shares = f"{100 * share[0, first]:.0f} to {100 * share[1 + place, first]:.0f} %"
    return f"{count(lost)} of {count(int(known.sum()))} lost beyond chance; most, {name}{where}: {shares}"


def _cells(selection: Selection, loss: Loss, shifts: Sequence[str], category: int) -> list[Cell]:
    change, low, high = (float(a[category]) for a in (loss.change, loss.low, loss.high))
    if math.isnan(change):
        return [Cell(NOTHING, value=math.nan), Cell(NOTHING)][: min(2, len(shifts))]
    where = shifts[int(loss.place[category])]
    own = [points_cell(change, low, high)]
    return [*own, Cell(where, selection.dataset(where, label=category))] if len(shifts) > 1 else own
