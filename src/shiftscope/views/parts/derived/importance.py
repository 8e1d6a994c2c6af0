"""How much a feature counts for a category, before and under the shift, in the cells of a row."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from shiftscope.percent import whole_percent
from shiftscope.views.page.panels import Cell, Change, Column
from shiftscope.views.page.selection import Selection
from shiftscope.views.parts.cells import number_cell

if TYPE_CHECKING:
    from shiftscope.explain.importance.set_importance import SetImportance

AXIS = [(0.0, "0"), (0.5, "50"), (1.0, "100 %")]


def importance_columns(selection: Selection, method: str, *, both: bool) -> list[Column]:
    """Share, importance in the baseline and, of `both`, in the focus with its state, and how often it leads."""
    from shiftscope.explain.importance.importance import MEASURED_IN

    mean = (
        "Mean size of what the feature adds to the category's logit, over samples that are classified as it; in "
        f"{MEASURED_IN[method]}, with its 95 % interval."
    )
    sets = [selection.baseline, selection.focus] if both else [selection.baseline]
    return [
        Column("share", axis=AXIS, help="The feature's importance by that of all features for the category."),
        *(Column(f"in {name}", help=mean, numeric=True) for name in sets),
        *([Column("state", help=f"How the dictionary reads {selection.focus}.")] if both else []),
        Column("leads", help="Share of the samples of which no other feature adds more.", numeric=True),
    ]


def importance_cells(
    before: SetImportance, after: SetImportance | None, category: int, unit: int, state: str
) -> list[Cell]:
    """Of `importance_columns`; `after` is None where there is none of the focus, whose state is `state`."""
    was, leads = before.share[category, unit], before.leads[category, unit]
    now = math.nan if after is None else after.share[category, unit]
    told = whole_percent(was) if after is None else f"{whole_percent(was)} → {whole_percent(now)}"
    return [
        Cell(told, change=Change(was, now), value=was if after is None else now),
        *(
            number_cell(*(float(each[category, unit]) for each in (found.value, found.low, found.high)))
            for found in (before, after)
            if found is not None
        ),
        *([] if after is None else [Cell(state)]),
        Cell(whole_percent(leads), value=leads),
    ]
