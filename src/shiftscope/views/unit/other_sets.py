"""The sets beside baseline and focus, a line each."""

from __future__ import annotations

from collections.abc import Callable

from shiftscope.percent import whole_percent
from shiftscope.summaries.maxima import Maxima
from shiftscope.summaries.moments import Moments
from shiftscope.views.page.panels import Cell, Change, Column, Fold, Table
from shiftscope.views.page.section import section
from shiftscope.views.parts.axis import Axis
from shiftscope.views.parts.cells import strip_cell
from shiftscope.views.parts.in_a_row import in_a_row
from shiftscope.views.parts.number_text import count, number
from shiftscope.views.parts.units.mean_change import BY_DEVIATIONS, mean_change
from shiftscope.views.unit.shown_unit import MOST_OTHERS, ShownUnit

STRIP = 8


@section(ShownUnit, place=30)
def other_sets(unit: ShownUnit) -> Fold | None:
    """How strongly the unit responds in each of them, with its strongest images there."""
    sets = unit.others[:MOST_OTHERS]
    if not sets or unit.selection.incomparable:
        return None
    selection, baseline = unit.selection, unit.selection.baseline
    largest = float(unit.study[baseline].summary(unit.layer, Maxima).largest[unit.index])
    scale, write = (largest, whole_percent) if largest > 0 else (1.0, number)
    means = {name: _mean(unit, name) / scale for name in (baseline, *sets)}
    before = means[baseline]
    changes = {name: _change(unit, means[name], scale, before, write) for name in sets}
    axis = Axis.holding(means.values())
    rows = [
        [
            Cell(name, selection.focused(name).unit(unit.index, unit.layer)),
            Cell(
                f"{name}: {write(means[name])}, {write(before)} in {baseline}",
                change=Change(axis.place(before), axis.place(means[name]), zero=axis.place(0.0), focus=False),
                value=means[name],
            ),
            Cell(changes[name], value=means[name]),
            strip_cell(selection, name, unit.index, STRIP, unit.layer),
        ]
        for name in sets
    ]
    measured = f"% of its maximum in {baseline}" if largest > 0 else "responses"
    columns = [
        Column("dataset", help="Leads to this page with the set in focus."),
        Column(
            f"mean response, {measured}",
            help=f"Over all samples. Ring: {baseline}; dot: the set.",
            axis=axis.ticks(write),
            key="mean response" + f" over maximum in {baseline}" * (largest > 0),
        ),
        Column(
            "mean",
            help=f"Over that in {baseline}, where there is one; {BY_DEVIATIONS}{baseline}.",
            numeric=True,
        ),
        Column("strongest", help="Samples with the unit's largest responses, strongest first."),
    ]
    left = len(unit.others) - len(sets)
    note = f"The {len(sets)} that lose most accuracy; {count(left)} more under Focus." if left else ""
    says = in_a_row([f"{name} {changes[name]}" for name in sets])
    return Fold(
        "Other sets",
        f"mean response: {says}",
        [
            Table(
                "",
                columns,
                rows,
                note=note,
                chart="other_sets",
            )
        ],
        "other-sets",
    )


def _change(unit: ShownUnit, mean: float, scale: float, before: float, write: Callable[[float], str]) -> str:
    """How far the mean over the scale moved; where that has no sense, the mean."""
    deviation = None if unit.deviation is None else unit.deviation / scale
    return mean_change(mean, before, deviation) or write(mean)


def _mean(unit: ShownUnit, dataset: str) -> float:
    return float(unit.study[dataset].summary(unit.layer, Moments).mean()[unit.index])
