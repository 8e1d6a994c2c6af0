"""The units that respond differently to confused samples, where their way to the logits is not known."""

from __future__ import annotations

from collections.abc import Sequence

from shiftscope.arrays import UnitArray
from shiftscope.counted import counted
from shiftscope.percent import percent
from shiftscope.statistics.ranked import ranked
from shiftscope.tuning.set_means import Difference, welch
from shiftscope.views.confusion.pair import OF_ONE_UNIT, Pair
from shiftscope.views.page.panels import Cell, Column, Message, Table
from shiftscope.views.parts.cells import points_cell, share_cell
from shiftscope.views.parts.sets.sample_sets import as_share, bounded, mean_response, reference_maximum
from shiftscope.views.parts.units.response_changes import most_changed, response_changes

EACH_WAY = 8  # units


def contrast_of_responses(pair: Pair) -> tuple[Message, Table]:
    """A sentence, and a table of the units that respond more to the confused samples and of those that do less."""
    selection = pair.selection
    confused, right = (mean_response(recording, selection.layer, chosen) for recording, chosen in pair.sets)
    shares = as_share(selection, confused.mean), as_share(selection, right.mean)
    change = shares[0] - shares[1]
    more = [int(unit) for unit in ranked(change)[:EACH_WAY] if change[unit] > 0]
    less = [int(unit) for unit in ranked(change, ascending=True)[:EACH_WAY] if change[unit] < 0]
    units = [*more, *reversed(less)]
    sure = welch(confused.at(units), right.at(units)).times(1 / reference_maximum(selection)[units])
    rows = [
        [
            Cell(f"unit {unit}", selection.unit(unit)),
            *(share_cell(float(share[unit])) for share in shares),
            points_cell(float(change[unit]), low, high),
        ]
        for unit, low, high in zip(units, sure.low.tolist(), sure.high.tolist(), strict=True)
    ]
    (a, b), measured = (
        pair.names,
        f"Mean response over the unit's largest response in {selection.baseline}, on samples of",
    )
    columns = [
        Column(
            "unit",
            f"Units of {selection.layer} that respond more to the confused samples than to right ones, then those that "
            "respond less.",
        ),
        Column(pair.heads[0], f"{measured} {selection.focus} labelled {a} and classified {b}.", numeric=True),
        Column(pair.heads[1], f"{measured} {pair.against} labelled {a} and classified {a}.", numeric=True),
        Column(
            "difference", f"The first minus the second, in percentage points, {OF_ONE_UNIT}.", numeric=True
        ),
    ]
    table = Table(
        f"Responses of the units of {selection.layer}",
        columns,
        rows,
        note=bounded("Each mean", *pair.sizes),
        empty="No unit responds differently.",
    )
    return _sentence(pair, shares, units, change), table


def changed_responses(pair: Pair) -> Table:
    """The units whose mean response changed most, from right samples to confused ones."""
    selection, (a, b) = pair.selection, pair.names
    means = [mean_response(recording, selection.layer, chosen) for recording, chosen in pair.sets]
    after, before = (as_share(selection, mean.mean) for mean in means)

    def sure(units: Sequence[int]) -> Difference:
        scale = 1 / reference_maximum(selection)[list(units)]
        return welch(means[0].at(units), means[1].at(units)).times(scale)

    units = counted(len(most_changed(before, after)), "unit")
    return response_changes(
        selection,
        f"{units} of {selection.layer} that changed most from {a} to {b}",
        before,
        after,
        sure=sure,
        ways=(f"{a} classified right in {pair.against}", f"{a} classified {b} in {selection.focus}"),
        note=_why(pair),
    )


def _sentence(
    pair: Pair, shares: tuple[UnitArray, UnitArray], units: list[int], change: UnitArray
) -> Message:
    most = max(units, key=lambda unit: abs(float(change[unit])), default=None)
    example = ""
    if most is not None:
        confused, right = (percent(float(share[most])) for share in shares)
        example = (
            f" Unit {most} changes most: {confused} of its largest response in {pair.selection.baseline} on the "
            f"former, {right} on the latter."
        )
    return Message(pair.title, f"{pair.in_words()} {_why(pair)}{example}{pair.warning()}")


def _why(pair: Pair) -> str:
    heads = pair.selection.study.heads
    if not heads:
        return (
            "No recorded layer feeds the logits by a linear map alone, so that what a unit adds to them is not known: "
            "mean responses are compared."
        )
    return (
        f"The units of {pair.selection.layer} do not feed the logits directly, so that mean responses are compared; "
        f"those of {' and '.join(heads)} do: choose it to see contributions."
    )
