"""Confusions that a shift made more frequent."""

from __future__ import annotations

import heapq

from shiftscope.outcomes.grown_confusions import GrownConfusion, grown_beyond_chance
from shiftscope.outcomes.outcomes import outcomes
from shiftscope.statistics.newcombe import newcombe
from shiftscope.statistics.wilson import wilson
from shiftscope.views.overview.shown_overview import ROWS, ShownOverview
from shiftscope.views.page.panels import Cell, Column, Fold, Table
from shiftscope.views.page.section import section
from shiftscope.views.parts.category_name import category_name
from shiftscope.views.parts.cells import points_cell, share_cell
from shiftscope.views.parts.grown_in import grown_in
from shiftscope.views.parts.number_text import count


@section(ShownOverview, place=50)
def grown_confusions(overview: ShownOverview) -> Fold | None:
    """The confusions that grew most under any of the shifts, and how many grew beyond chance."""
    if not overview.shifts:
        return None
    return Fold("Confusions that grew most", _found(overview), [_table(overview)], "confusions")


def _found(overview: ShownOverview) -> str:
    selection = overview.selection
    size = len(selection.study.categories)
    usual = outcomes(selection.study[selection.baseline].samples, size).confusions
    grew = sum(
        grown_beyond_chance(outcomes(selection.study[name].samples, size).confusions, usual)
        for name in overview.shifts
    )
    first = max(
        ((name, one) for name in overview.shifts for one in grown_in(selection, name, 1)),
        key=lambda pair: pair[1].growth,
        default=None,
    )
    if first is None:
        return "none is more frequent than in the baseline"
    name, one = first
    a, b = (category_name(selection.study, c) for c in (one.actual, one.predicted))
    shares = f"{100 * one.usual_share:.0f} to {100 * one.share:.0f} %"
    return f"{count(grew)} grew beyond chance; most, {a} → {b} in {name}: {shares}"


def _table(overview: ShownOverview) -> Table:
    selection = overview.selection
    found = heapq.nlargest(
        ROWS,
        ((name, one) for name in overview.shifts for one in grown_in(selection, name, ROWS)),
        key=lambda pair: pair[1].growth,
    )
    rows = [
        [
            Cell(
                f"{category_name(selection.study, one.actual)} → {category_name(selection.study, one.predicted)}",
                selection.confusion(one.actual, one.predicted),
            ),
            Cell(name, selection.dataset(name)),
            Cell(count(one.answers[0]), selection.confusion(one.actual, one.predicted), value=one.answers[0]),
            share_cell(one.share, *map(float, wilson(*one.answers))),
            share_cell(one.usual_share, *map(float, wilson(*one.usual))),
            _growth(one),
        ]
        for name, one in found
    ]
    interval = "behind it the 95 % interval of"
    columns = [
        Column(
            "label → prediction",
            "Confusions by how much their share grew from the baseline; labels that a set lacks are left out.",
        ),
        Column("dataset"),
        Column("samples", "Samples with this label and this prediction.", numeric=True),
        Column(
            "share",
            f"Of the samples with this label in this dataset, those with this prediction; {interval} Wilson.",
            numeric=True,
        ),
        Column("was", f"The same share in {selection.baseline}.", numeric=True),
        Column(
            "growth",
            f"The one share minus the other, in percentage points; {interval} Newcombe.",
            numeric=True,
        ),
    ]
    return Table(
        "Confusions",
        columns,
        rows,
        empty="No confusion is more frequent than in the baseline.",
    )


def _growth(one: GrownConfusion) -> Cell:
    growth, low, high = map(float, newcombe(*one.answers, *one.usual))
    return points_cell(growth, low, high)
