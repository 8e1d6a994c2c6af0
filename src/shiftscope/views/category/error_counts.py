"""What a category is taken for, and what is taken for it."""

from __future__ import annotations

from functools import partial

import numpy as np
import numpy.typing as npt

from shiftscope.outcomes.outcomes import outcomes
from shiftscope.percent import percent
from shiftscope.views.category.error_kind import HELP, ErrorKind
from shiftscope.views.category.shown_category import ShownCategory
from shiftscope.views.page.panels import Cell, Column, Columns, Fold, Table
from shiftscope.views.page.section import section
from shiftscope.views.page.selection import Selection
from shiftscope.views.parts.category_name import category_name
from shiftscope.views.parts.number_text import count
from shiftscope.views.parts.sets.shown_sets import left_out, shown_sets

OTHERS = 10  # categories by name; the rest is one row


@section(ShownCategory, place=50)
def error_counts(category: ShownCategory) -> Fold:
    """False negatives and false positives, side by side."""
    tables = [_table(category.selection, category.index, kind, OTHERS) for kind in HELP]
    return Fold("What it is taken for", _said(category), [Columns("", tables)], "taken-for")


def _said(category: ShownCategory) -> str:
    """How many of each kind there are in the focus."""
    selection = category.selection
    numbers = {kind: int(_counts(selection, selection.focus, category.index, kind).sum()) for kind in HELP}
    return f"in {selection.focus} {', '.join(f'{count(number)} {kind}' for kind, number in numbers.items())}"


def _table(selection: Selection, index: int, kind: ErrorKind, named: int | None) -> Table:
    """The other categories, those with most such samples in the focus first, in each dataset.

    Beyond `named` of them the others share a row.
    """
    names = shown_sets(selection)
    counts = {name: _counts(selection, name, index, kind) for name in names}
    totals = {name: int(counts[name].sum()) for name in names}
    everywhere = np.sum(list(counts.values()), axis=0)
    order = np.lexsort((-everywhere, -counts[selection.focus]))
    having = [int(c) for c in order if everywhere[c]]
    rest = having[named:] if named else []
    rows = []
    for other in having[:named]:
        pair = (index, other) if kind == "false negatives" else (other, index)
        cells = [Cell(category_name(selection.study, other), selection.confusion(*pair))]
        for name in names:
            page = selection.dataset(name, label=pair[0], prediction=pair[1])
            cells.append(_count_cell(int(counts[name][other]), totals[name], page))
        rows.append(cells)
    if rest:
        cells = [Cell(f"{count(len(rest))} others")]
        cells += [_count_cell(int(counts[name][rest].sum()), totals[name], "") for name in names]
        rows.append(cells)
    by = "prediction" if kind == "false negatives" else "label"
    columns = [
        Column(
            "classified as" if kind == "false negatives" else "label",
            f"{HELP[kind]} Most in {selection.focus} first.",
        ),
        *(
            Column(
                name,
                f"{HELP[kind]} Counted by {by} in {name}, with the share of its {count(totals[name])} {kind}.",
                numeric=True,
            )
            for name in names
        ),
    ]
    whole = partial(_table, selection, index, kind, None) if rest else None
    return Table(
        kind.capitalize(),
        columns,
        rows,
        note=left_out(selection) if kind == "false negatives" else "",
        empty=f"No {kind} in any dataset.",
        whole=whole,
    )


def _counts(selection: Selection, name: str, index: int, kind: ErrorKind) -> npt.NDArray[np.int64]:
    """(category,) samples of the category classified as each other one, or of each other one classified as it."""
    confusions = outcomes(selection.study[name].samples, len(selection.study.categories)).confusions
    counts = (confusions[index] if kind == "false negatives" else confusions[:, index]).copy()
    counts[index] = 0
    return counts


def _count_cell(found: int, total: int, page: str) -> Cell:
    share = found / total if total else None
    return Cell(
        count(found),
        page if found else "",
        bar=share,
        note=percent(share) if share is not None else "",
        value=found,
        parts={} if share is None else {"share": share},
    )
