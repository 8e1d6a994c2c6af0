"""How well a category is classified in each dataset."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from shiftscope.outcomes.outcomes import outcomes
from shiftscope.statistics.wilson import wilson
from shiftscope.views.category.error_kind import HELP
from shiftscope.views.category.outcome import answered
from shiftscope.views.category.shown_category import ShownCategory
from shiftscope.views.page.panels import Cell, Change, Column, Table
from shiftscope.views.page.section import section
from shiftscope.views.parts.accuracy import accuracy_fact
from shiftscope.views.parts.cells import ends
from shiftscope.views.parts.number_text import count
from shiftscope.views.parts.sets.shown_sets import left_out, listed_sets, shown_sets

AXIS = [(0.0, "0"), (0.5, "50"), (1.0, "100 %")]


@section(ShownCategory, place=20)
def accuracies(category: ShownCategory) -> Table:
    """Accuracy and errors, a row for each dataset, the baseline's accuracy a tick through all; of many the worst."""
    shown, every = shown_sets(category.selection), listed_sets(category.selection)
    if len(shown) == len(every):
        return _table(category, every)
    few = _table(category, shown)
    return replace(few, note=left_out(category.selection), whole=partial(_table, category, every))


def _table(category: ShownCategory, datasets: Sequence[str]) -> Table:
    selection = category.selection
    rows = [_row(category, dataset) for dataset in datasets]
    columns = [
        Column("dataset"),
        Column(
            "right",
            help="Share of the samples with this label that are classified right, with the 95 % interval of Wilson. "
            f"The tick: {selection.baseline}. Dotted: guessing.",
            axis=AXIS,
        ),
        Column(
            "accuracy",
            help=f"With its interval; then the difference from {selection.baseline} with the interval of Newcombe, in "
            "percentage points.",
            numeric=True,
        ),
        Column("samples", help="With this label.", numeric=True),
        *(Column(kind, help=help, numeric=True) for kind, help in HELP.items()),
    ]
    which = "every set" if len(datasets) == len(selection.study) else f"{count(len(datasets))} sets"
    return Table(
        f"{category.name} in {which}",
        columns,
        rows,
        chart="accuracies",
    )


def _row(category: ShownCategory, dataset: str) -> list[Cell]:
    selection, index = category.selection, category.index
    confusions = outcomes(selection.study[dataset].samples, len(selection.study.categories)).confusions
    (right, total), usual = (answered(selection, name, index) for name in (dataset, selection.baseline))
    taken = int(confusions[:, index].sum())
    fact = accuracy_fact(selection, dataset, (right, total), usual, of="the samples with this label")
    share = right / total if total else math.nan
    low, high = wilson(right, total)
    change = Change(
        usual[0] / usual[1] if usual[1] else math.nan,
        share,
        float(low),
        float(high),
        chance=1 / len(selection.study.categories),
        tick=True,
        focus=dataset == selection.focus,
    )
    return [
        Cell(dataset, selection.dataset(dataset)),
        Cell(f"{dataset}: {fact.value}, {fact.note}", change=change, value=share),
        Cell(fact.value, note=fact.note, value=share, parts=ends(float(low), float(high))),
        Cell(count(total), selection.dataset(dataset, label=index), value=total),
        Cell(
            count(total - right), selection.dataset(dataset, label=index, show="wrong"), value=total - right
        ),
        Cell(
            count(taken - right),
            selection.dataset(dataset, prediction=index, show="wrong"),
            value=taken - right,
        ),
    ]
