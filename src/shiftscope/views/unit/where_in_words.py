"""Where in its images a unit looks, in words."""

from __future__ import annotations

import math

from shiftscope.views.parts.number_text import whole_percent

FINER = 0.05  # change of the mean level, below which nothing is said of scales


def where_in_words(areas: list[tuple[str, float]], levels: tuple[float, float] | None) -> str:
    """How much of its images the maps cover in each set, and to which scales they move.

    Parameters
    ----------
    areas
        Sets, and mean shares of the picture that are covered there; NaN where that is not known.
    levels
        Mean levels of scale in the baseline and in the focus; larger is coarser.
    """
    known = [(name, area) for name, area in areas if not math.isnan(area)]
    said = []
    if known:
        said.append("maps cover " + ", ".join(f"{whole_percent(area)} in {name}" for name, area in known))
    if levels and not any(map(math.isnan, levels)):
        change = levels[1] - levels[0]
        if abs(change) < FINER:
            said.append("at the same scales")
        else:
            said.append(f"moved to {'coarser' if change > 0 else 'finer'} scales under the shift")
    return "; ".join(said) or "no maps with anything in them"
