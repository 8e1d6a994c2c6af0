"""At which scales a unit's maps lie, in baseline and focus."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from shiftscope.explain.attribution.attributions import Attributions
from shiftscope.views.page.panels import Cell, Change, Column, Table
from shiftscope.views.parts.axis import Axis
from shiftscope.views.parts.cells import points_cell
from shiftscope.views.parts.number_text import count, percent, signed
from shiftscope.views.unit.shown_unit import ShownUnit


@dataclass(frozen=True)
class Scales:
    """Mean shares of a unit's attribution by level, from the finest detail, in baseline and focus."""

    before: Sequence[float]
    after: Sequence[float]
    low: Sequence[float]  # ends of the interval of after - before; NaN where there is none
    high: Sequence[float]
    over: str  # which samples, in words

    @property
    def moved(self) -> tuple[str, float, float]:
        """The scale whose share changed most, and its share in both."""
        level = int(np.argmax(np.abs(np.subtract(self.after, self.before))))
        return scale_name(level, len(self.before) - 1), self.before[level], self.after[level]


def scales_of(unit: ShownUnit, shown: Sequence[Attributions]) -> Scales | None:
    """Over samples whose prediction is the same where the study has numbers of every unit's maps; otherwise over the
    maps that are shown. None where neither tells scales."""
    return _compared(unit) or _shown(unit, shown)


def _compared(unit: ShownUnit) -> Scales | None:
    from shiftscope.scores.estimation.estimate_maps import both_maps
    from shiftscope.statistics.compared import difference, side_means

    selection = unit.selection
    both = both_maps(unit.study, selection.focus, selection.baseline, unit.layer)
    if both is None or "scale_share" not in both.ours.numbers:
        return None
    sides = both.sides("scale_share")
    each = replace(sides, values=sides.values[:, unit.index, :, None])  # a level in a unit's place
    before, after = (side[:, 0] for side in side_means(each))
    if not np.isfinite(before).all() or not np.isfinite(after).all():
        return None
    found = difference(each, np.random.default_rng(0), most_permutations=0)
    which = (
        f"{count(int(found.samples.min()))} pairs of twins that keep their prediction"
        if sides.pairs is not None
        else f"{count(int(found.samples.min()))} samples a side, within each category that is predicted"
    )
    method = both.ours.settings.get("method", "")
    return Scales(
        before.tolist(), after.tolist(), found.low.tolist(), found.high.tolist(), f"{method}, {which}"
    )


def _shown(unit: ShownUnit, shown: Sequence[Attributions]) -> Scales | None:
    by_set = {each.question.dataset: each for each in shown if each.scale_share is not None}
    selection = unit.selection
    if not {selection.baseline, selection.focus} <= by_set.keys() or selection.baseline == selection.focus:
        return None
    means = []
    for name in (selection.baseline, selection.focus):
        share = by_set[name].scale_share
        assert share is not None
        measured = share[np.isfinite(share).all(axis=1)]
        means.append(measured.mean(axis=0, dtype=np.float64) if len(measured) else None)
    before, after = means
    if before is None or after is None or len(before) != len(after):
        return None
    unknown = [math.nan] * len(before)
    over = f"{by_set[selection.focus].question.method}, its strongest images, which are others in each set"
    return Scales(before.tolist(), after.tolist(), unknown, unknown, over)


def scale_name(level: int, last: int) -> str:
    """Periods that a level holds; the last one is the approximation."""
    return f"above {2 ** (last + 1)} px" if level == last else f"{2 ** (level + 1)} to {2 ** (level + 2)} px"


def scale_table(scales: Scales, sets: tuple[str, str]) -> Table:
    """A row for each scale, the finest first, on one axis of shares."""
    ends = [
        value + end
        for side in (scales.low, scales.high)
        for value, end in zip(scales.before, side, strict=True)
    ]
    axis = Axis.holding([*scales.before, *scales.after, *ends])
    columns = [
        Column("scale", help="Period of the detail in pixels: a level of the wavelet transform each."),
        Column(
            f"share of the attribution, {sets[0]} and {sets[1]}",
            axis=axis.ticks(percent),
            help=f"Ring: {sets[0]}. Dot: {sets[1]}, with the 95 % interval of the change where it is known. Mean "
            f"shares over {scales.over}.",
        ),
        Column("points", "Share in the focus minus share in the baseline.", numeric=True),
    ]
    rows = []
    last = len(scales.before) - 1
    for level, (before, after, low, high) in enumerate(
        zip(scales.before, scales.after, scales.low, scales.high, strict=True)
    ):
        name = scale_name(level, last)
        change = Change(
            axis.place(before), axis.place(after), axis.place(before + low), axis.place(before + high)
        )
        said = f"{name}: {percent(before)} in {sets[0]}, {percent(after)} in {sets[1]}"
        rows.append(
            [
                Cell(name),
                Cell(said, change=change, value=after),
                points_cell(after - before, low, high, write=signed),
            ]
        )
    return Table(
        "Which scales it reads",
        columns,
        rows,
        note=f"Mean over {scales.over}.",
        chart="scales",
    )
