"""What silencing does to every dataset, on the half that was held out."""

from __future__ import annotations

import math
from collections.abc import Sequence

from shiftscope.explain.interventions.pairs import Pairs
from shiftscope.percent import percent
from shiftscope.views.page.panels import Cell, Change, Column, Table
from shiftscope.views.page.section import section
from shiftscope.views.parts.cells import points_cell
from shiftscope.views.parts.number_text import count, signed
from shiftscope.views.repair.sentences import who_is_helped
from shiftscope.views.repair.shown_repair import ShownRepair
from shiftscope.views.repair.zoomed_axis import ZoomedAxis

STEPS = 4  # of the axis, whose numbers fit on a narrow screen


@section(ShownRepair, place=10)
def effects(shown: ShownRepair) -> Table | None:
    """A row for each dataset, the shifted set first, then the baseline; accuracy before and after on one axis."""
    found = shown.found
    if found is None or not found.units:
        return None
    first = [found.dataset, found.reference]
    held_out = {
        name: found.held_out[name] for name in [*first, *(n for n in found.held_out if n not in first)]
    }
    axis = ZoomedAxis.over([value for pairs in held_out.values() for value in _ends(pairs)], STEPS)
    columns = [
        Column("dataset"),
        Column(
            "accuracy, before and after",
            axis=[(axis.place(value), text) for value, text in axis.ticks()],
            help="Upright line: before. Dot: after, with the 95 % interval of the change (Newcombe). Units were chosen "
            f"on one half of {found.dataset} and {found.reference}; all this is the other half, which the search never "
            "saw.",
            key="accuracy after",
        ),
        Column("points", "After minus before, with its 95 % interval.", numeric=True, key="difference"),
    ]
    rows = [
        [
            Cell(name, shown.selection.dataset(name)),
            Cell(
                f"{name}: {percent(pairs.before)} before, {percent(pairs.after)} after",
                change=_change(pairs, axis, focus=name == found.dataset),
                value=pairs.after,
            ),
            points_cell(pairs.difference, *pairs.interval, write=signed),
        ]
        for name, pairs in held_out.items()
    ]
    samples = [pairs.labelled for pairs in held_out.values()]
    each = (
        f"{count(min(samples))} to {count(max(samples))}"
        if min(samples) < max(samples)
        else count(samples[0])
    )
    return Table(
        who_is_helped(found),
        columns,
        rows,
        note=f"Held-out half, {each} samples each.",
        chart="effects",
    )


def _ends(pairs: Pairs) -> Sequence[float]:
    low, high = pairs.interval
    return (pairs.before, pairs.after, pairs.before + low, pairs.before + high)


def _change(pairs: Pairs, axis: ZoomedAxis, *, focus: bool) -> Change:
    before, after, low, high = (
        axis.place(value) if math.isfinite(value) else math.nan for value in _ends(pairs)
    )
    return Change(before, after, low, high, tick=True, focus=focus)
