"""At which scales a unit's maps lie, and where, in baseline and focus."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from shiftscope.explain.attribution.attributions import Attributions
from shiftscope.explain.attribution.numbers.map_means import mean_shares
from shiftscope.percent import percent
from shiftscope.scores.estimation.moved_maps import PLACES, SCALES, MovedMaps
from shiftscope.statistics.compared import KeptShare
from shiftscope.statistics.moved_means import MovedMeans
from shiftscope.views.page.panels import Cell, Change, Column, Table
from shiftscope.views.parts.axis import Axis
from shiftscope.views.parts.cells import points_cell
from shiftscope.views.parts.number_text import count, signed
from shiftscope.views.unit.shown_unit import ShownUnit

NAMES = {
    "map_row": ("centre, from above", "Height of the map's centre: 0 at the upper edge, 100 % at the lower."),
    "map_column": ("centre, from left", "Place of the map's centre from the left edge to the right."),
    "map_spread": ("spread", "Distance from the map's centre, in shares of height and width."),
    "high_frequency_share": ("fine detail", "Share of the map in high spatial frequencies."),
}


@dataclass(frozen=True)
class Scales:
    """Mean shares of a unit's attribution by level, from the finest detail, in baseline and focus."""

    before: Sequence[float]
    after: Sequence[float]
    low: Sequence[float]  # ends of the interval of after - before; NaN where there is none
    high: Sequence[float]
    over: str  # which samples, in words
    changed: MovedMeans | None = None  # over pairs whose prediction changed
    pairs: KeptShare | None = None

    @property
    def moved(self) -> tuple[str, float, float]:
        """The scale whose share changed most, and its share in both."""
        return self._at(int(np.argmax(np.abs(np.subtract(self.after, self.before)))))

    @property
    def largest(self) -> tuple[str, float, float]:
        """The scale that it reads most in the baseline, and its share in both."""
        return self._at(int(np.argmax(self.before)))

    @property
    def surely(self) -> bool | None:
        """Whether the interval of some level's change leaves out zero; None where there are no intervals."""
        if not np.isfinite(self.low).all():
            return None
        return any(low > 0 or high < 0 for low, high in zip(self.low, self.high, strict=True))

    def _at(self, level: int) -> tuple[str, float, float]:
        return scale_name(level, len(self.before) - 1), self.before[level], self.after[level]


def scales_of(unit: ShownUnit, shown: Sequence[Attributions]) -> Scales | None:
    """Over samples whose prediction is the same where the study has numbers of every unit's maps; otherwise over the
    maps that are shown. None where neither tells scales."""
    moved = unit.moved_maps
    return (of_layer(moved) if moved else None) or _shown(unit, shown)


def of_layer(moved: MovedMaps) -> Scales | None:
    shares = moved.same.get(SCALES)
    if shares is None:
        return None
    before, after, low, high = (
        each.tolist() for each in (shares.before, shares.after, shares.low, shares.high)
    )
    over = f"{moved.method}, {compared_in_words(moved)}"
    return Scales(before, after, low, high, over, moved.changed.get(SCALES), moved.pairs)


def compared_in_words(moved: MovedMaps) -> str:
    """Which samples."""
    if moved.pairs is not None:
        return f"{count(moved.samples)} pairs of twins that keep their prediction and have a map"
    return f"{count(moved.samples)} samples a side, within each category that is predicted"


def _over(said: str, pairs: KeptShare | None) -> str:
    """What means are of, and of twins how many pairs keep their prediction."""
    return f"{said}." if pairs is None else f"{said}. {pairs.in_words()}."


def _shown(unit: ShownUnit, shown: Sequence[Attributions]) -> Scales | None:
    selection = unit.selection
    found = {each.question.dataset: mean_shares(each.scale_share) for each in shown}
    before, after = (found.get(name) for name in (selection.baseline, selection.focus))
    if before is None or after is None or len(before) != len(after) or len(unit.pair) < 2:
        return None
    unknown = [math.nan] * len(before)
    over = f"{shown[0].question.method}, its strongest images, which are others in each set"
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
            key=f"share of the attribution, {sets[1]}",
        ),
        *change_columns(scales.pairs, scales.changed is not None),
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
                *([_points_of(scales.changed, level)] if scales.changed else []),
            ]
        )
    note = _over(f"Mean over {scales.over}", scales.pairs)
    return Table("Which scales it reads", columns, rows, note=note, chart="scales")


def place_table(moved: MovedMaps, sets: tuple[str, str]) -> Table | None:
    """Where the maps lie and how far they spread, a row for each number; None where none is known."""
    known = [name for name in PLACES if name in moved.same]
    if not known:
        return None
    apart = any(name in moved.changed for name in known)
    columns = [
        Column("number"),
        *(Column(name, f"Mean over {compared_in_words(moved)}.", numeric=True) for name in sets),
        *change_columns(moved.pairs, apart),
    ]
    rows = []
    for name in known:
        each, (title, help) = moved.same[name], NAMES[name]
        before, after = each.before[0], each.after[0]
        row = [
            Cell(title, help=help),
            Cell(percent(before), value=float(before)),
            Cell(percent(after), value=float(after)),
            _points_of(each, 0),
        ]
        rows.append([*row, *([_points_of(moved.changed.get(name), 0)] if apart else [])])
    note = _over(f"Mean of {moved.method} maps over {compared_in_words(moved)}", moved.pairs)
    return Table("Where its maps lie", columns, rows, note=note)


def change_columns(pairs: KeptShare | None, apart: bool) -> list[Column]:
    """Of samples whose prediction is the same, and beside it of pairs whose prediction changed."""
    kept = "points" if pairs is None else f"points, {count(pairs.kept)} of {count(pairs.pairs)} pairs"
    same = "The focus minus the baseline, over samples whose prediction is the same, with the 95 % interval."
    columns = [Column(kept, same, numeric=True, key="difference")]
    if apart and pairs is not None:
        other = "The same over the pairs whose prediction changed: two answers, so two questions."
        name = f"points, {count(pairs.changed)} that changed"
        columns.append(Column(name, other, numeric=True, key="difference of pairs that changed"))
    return columns


def _points_of(means: MovedMeans | None, part: int) -> Cell:
    if means is None:
        return Cell("–", value=math.nan)
    before, after, low, high = (
        float(each[part]) for each in (means.before, means.after, means.low, means.high)
    )
    return points_cell(after - before, low, high, write=signed)
