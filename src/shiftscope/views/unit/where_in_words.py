"""Where in its images a unit looks, in words."""

from __future__ import annotations

import math
from collections.abc import Sequence

from shiftscope.views.parts.number_text import percent, whole_percent


def where_in_words(areas: Sequence[tuple[str, float]], moved: tuple[str, float, float] | None) -> str:
    """How much of its images the maps cover in each set, and the scale whose share changed most.

    Parameters
    ----------
    areas
        Sets, and mean shares of the picture that are covered there; NaN where that is not known.
    moved
        A scale, and its share of the attribution in the baseline and in the focus.
    """
    known = [(name, area) for name, area in areas if not math.isnan(area)]
    said = []
    if known:
        said.append("maps cover " + ", ".join(f"{whole_percent(area)} in {name}" for name, area in known))
    if moved:
        scale, before, after = moved
        said.append(f"detail of {scale} {percent(before)} → {percent(after)} of what it reads")
    return "; ".join(said) or "no maps with anything in them"
