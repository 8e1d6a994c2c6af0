"""Categories by how much of their accuracy a shift took."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from shiftscope.scores.newcombe import newcombe
from shiftscope.scores.outcomes import outcomes
from shiftscope.scores.wilson import wilson
from shiftscope.views.cells import share_cell
from shiftscope.views.look import Look
from shiftscope.views.numbers import NOTHING, count, points, points_interval
from shiftscope.views.panels import Cell, Column, Table
from shiftscope.views.pictures import category_name


def lost_categories(look: Look, shifts: Sequence[str], most: int) -> Table:
    """The categories that lost most under any of `shifts`, with their accuracy in every dataset."""
    size, names = len(look.study.categories), look.ordered()
    confusions = [outcomes(look.study[name].samples, size).confusions for name in names]
    right = np.stack([np.diag(counts) for counts in confusions])  # (dataset, category)
    total = np.stack([counts.sum(axis=1) for counts in confusions])
    share = right / np.where(total > 0, total, np.nan)
    low, high = wilson(right, total)
    changes = _changes(look, shifts, right, total) if shifts else []
    lost = np.array([np.nan if one is None else one.points for one in changes] or [np.nan] * size)
    order = np.argsort(lost, kind="stable")[:most]  # NaN last
    rows = [
        [
            Cell(category_name(look.study, c), look.category(c)),
            *(_cells(look, changes[c], shifts, c) if shifts else []),
            *(share_cell(*(float(a[d, c]) for a in (share, low, high))) for d in range(len(names))),
        ]
        for c in map(int, order)
    ]
    interval = "behind it the 95 % interval of"
    columns = [Column("category", "Categories that lost most first." if shifts else "")]
    if shifts:
        help = f"Accuracy minus that in {look.reference}, in percentage points; {interval} Newcombe."
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


@dataclass(frozen=True)
class _Change:
    """Of a category's accuracy where it lost most, as differences of shares."""

    dataset: str
    points: float
    low: float
    high: float


def _changes(
    look: Look, shifts: Sequence[str], right: npt.NDArray[np.int64], total: npt.NDArray[np.int64]
) -> list[_Change | None]:
    """One for each category; None for one without samples in the reference or in all the shifts."""
    places = [look.ordered().index(name) for name in shifts]
    change, low, high = newcombe(right[places], total[places], right[:1], total[:1])
    worst = np.where(np.isnan(change), np.inf, change).argmin(axis=0)
    ends = (np.take_along_axis(a, worst[None], axis=0)[0].tolist() for a in (change, low, high))
    return [
        None if math.isnan(points) else _Change(shifts[place], points, least, most)
        for place, points, least, most in zip(worst.tolist(), *ends, strict=True)
    ]


def _cells(look: Look, change: _Change | None, shifts: Sequence[str], category: int) -> list[Cell]:
    if change is None:
        return [Cell(NOTHING, value=math.nan), Cell(NOTHING)][: min(2, len(shifts))]
    note = points_interval(change.low, change.high)
    own = [Cell(points(change.points), note=note, value=change.points)]
    where = Cell(change.dataset, look.dataset(change.dataset, label=category))
    return [*own, where] if len(shifts) > 1 else own
