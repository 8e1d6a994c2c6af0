"""The units that respond most to a set of samples: chosen and ordered in the focus, followed in the others."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from shiftscope.arrays import UnitArray
from shiftscope.scores.activation_ratio import activation_ratio
from shiftscope.statistics.ranked import responding
from shiftscope.summaries.maxima import Maxima
from shiftscope.views.page.panels import Cell, Column, Table
from shiftscope.views.page.selection import Selection
from shiftscope.views.parts.cells import share_cell, strip_cell, strip_column, with_maximum
from shiftscope.views.parts.sets.sample_sets import reference_maximum
from shiftscope.views.parts.sets.shown_sets import left_out, shown_sets

STRIP = 6
MAXIMA = (
    "Below it the largest response to any sample of {name}, {scale}: it does not depend on the set, and is what "
    "Deephys shows for a dataset that follows."
)


def set_units(
    selection: Selection,
    title: str,
    mean: Callable[[str], UnitArray],
    *,
    of: str,
    units: int | None,
    note: str = "",
    empty: str,
) -> Table:
    """Units with the largest mean response over the focus's set.

    A follower shows the same units with their mean response over its own set and with the ratio of maxima, which
    does not depend on the set. Of the baseline the ratio is 1 and left out.

    Parameters
    ----------
    mean
        From the name of a dataset to the (unit,) mean response over its set, as share of the baseline maximum.
    of
        The samples of the set, in words: "the samples labelled 3".
    units
        How many at most; None for all, without pictures, as the table is downloaded.
    """
    followers = [name for name in shown_sets(selection) if name != selection.focus]
    compared = [name for name in followers if name != selection.baseline]
    means = {name: mean(name) for name in (selection.focus, *followers)}
    ratios = {name: ratio_of_maxima(selection, name) for name in compared}
    stripped = selection.pair[::-1] if units else []
    columns = [
        Column("unit", f"Units of {selection.layer} by their mean response in {selection.focus}, the focus."),
        mean_column(selection, selection.focus, of),
    ]
    for name in followers:
        columns.append(mean_column(selection, name, of, maxima=name in ratios))
    rows = []
    for unit in responding(means[selection.focus], units or len(means[selection.focus])):
        cells = [Cell(f"unit {unit}", selection.unit(unit)), share_cell(float(means[selection.focus][unit]))]
        for name in followers:
            cell = share_cell(float(means[name][unit]))
            cells.append(with_maximum(cell, float(ratios[name][unit])) if name in ratios else cell)
        for name in stripped:
            cells.append(strip_cell(selection, name, unit, STRIP))
        rows.append(cells)
    whole = partial(set_units, selection, title, mean, of=of, units=None, empty=empty)
    columns += map(strip_column, stripped)
    return Table(
        title,
        columns,
        rows,
        note=" ".join(filter(None, [note, left_out(selection) if rows else ""])),
        empty=empty,
        whole=whole if units else None,
    )


def mean_column(selection: Selection, name: str, of: str, *, maxima: bool = False) -> Column:
    """Of mean responses to the samples `of`, and of the ratio of maxima below them."""
    scale = f"over the unit's largest response in {selection.baseline}"
    below = f" {MAXIMA.format(name=name, scale=scale)}" if maxima else ""
    return Column(name, f"Mean response to {of} in {name}, {scale}.{below}", numeric=True)


def ratio_of_maxima(selection: Selection, name: str) -> UnitArray:
    """(unit,) largest response in a set over the largest in the baseline."""
    largest = selection.study[name].summary(selection.layer, Maxima).largest
    return activation_ratio(largest, reference_maximum(selection))
