"""Where in its images a unit looks, in words."""

from __future__ import annotations

import math
from collections.abc import Sequence

from shiftscope.percent import percent, whole_percent
from shiftscope.scores.estimation.moved_maps import LEVEL, SCALES, MovedMaps
from shiftscope.statistics.compared import LEAST_A_SIDE
from shiftscope.views.parts.number_text import count

Moved = tuple[str, float, float]  # a scale, and its share of the attribution in the baseline and in the focus

SAME_PLACE = 0.1  # of the picture: within it a difference is none, if its interval is
LEAST_MOVED = 0.02  # of the picture: below it a difference is none, however sure
SAME_SCALE = 0.25  # levels
WAYS = (("map_row", "lower", "higher"), ("map_column", "further right", "further left"))
RULE = (
    f"Of the mean centre and the mean level of its maps over samples whose prediction is the same. Elsewhere: the 95 % "
    f"interval of the difference leaves out zero, and the difference is {100 * LEAST_MOVED:.0f} % of the picture or "
    f"more; the same place: the interval lies within {100 * SAME_PLACE:.0f} %. Finer or coarser: the interval leaves "
    f"out zero; the same scales: it lies within {SAME_SCALE:g} levels, each twice as coarse as the one before."
)


def moved_in_words(unit: str, dataset: str, moved: MovedMaps, scale: Moved | None) -> str:
    """Whether a unit looks elsewhere under a shift, and at other scales.

    Parameters
    ----------
    scale
        The one whose share changed most.
    """
    if moved.samples < LEAST_A_SIDE:
        if moved.pairs is None:
            return f"{count(moved.samples)} samples a side are too few to say where {unit} looks in {dataset}"
        told = (
            f"{count(moved.samples)} of {count(moved.pairs.pairs)} pairs keep their prediction and have a map"
        )
        return f"{told}, too few to say where {unit} looks in {dataset}"
    return f"{unit} looks {_place(moved)} in {dataset}{_scale(moved)}{_told(moved, scale)}"


def where_in_words(areas: Sequence[tuple[str, float]], moved: Moved | None) -> str:
    """How much of its images the maps cover in each set, and the scale whose share changed most.

    Parameters
    ----------
    areas
        Sets, and mean shares of the picture that are covered there; NaN where that is not known.
    """
    known = [(name, area) for name, area in areas if not math.isnan(area)]
    said = []
    if known:
        said.append("maps cover " + ", ".join(f"{whole_percent(area)} in {name}" for name, area in known))
    if moved:
        said.append(scale_in_words(moved))
    return "; ".join(said) or "no maps with anything in them"


def scale_in_words(moved: Moved) -> str:
    """The share of a scale in the baseline and in the focus."""
    scale, before, after = moved
    return f"detail of {scale} {percent(before)} → {percent(after)} of what it reads"


def _place(moved: MovedMaps) -> str:
    ways, sure = [], True
    for name, more, less in WAYS:
        each = moved.same.get(name)
        if each is None:
            sure = False
            continue
        change, low, high = (float(ends[0]) for ends in (each.after - each.before, each.low, each.high))
        if (low > 0 or high < 0) and abs(change) >= LEAST_MOVED:
            ways.append(f"{whole_percent(abs(change))} of the picture {more if change > 0 else less}")
        elif not (low >= -SAME_PLACE and high <= SAME_PLACE):
            sure = False
    if ways:
        return " and ".join(ways)
    return "at the same place" if sure else "at no surely other place"


def _told(moved: MovedMaps, scale: Moved | None) -> str:
    """The scale that moved most, where any scale surely moved."""
    shares = moved.same.get(SCALES)
    sure = shares is not None and bool(((shares.low > 0) | (shares.high < 0)).any())
    return f": {scale_in_words(scale)}" if scale and sure else ""


def _scale(moved: MovedMaps) -> str:
    each = moved.same.get(LEVEL)
    if each is None:
        return ""
    low, high = float(each.low[0]), float(each.high[0])
    if low > 0 or high < 0:
        return f", at {'coarser' if low > 0 else 'finer'} scales"
    same = low >= -SAME_SCALE and high <= SAME_SCALE
    return ", at the same scales" if same else ", at no surely other scales"
