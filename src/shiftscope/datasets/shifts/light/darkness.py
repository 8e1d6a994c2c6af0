"""Less light."""

from __future__ import annotations

from shiftscope.datasets.shifts.draw import Draw
from shiftscope.datasets.shifts.levels import Levels, mix
from shiftscope.datasets.shifts.shift_kind import shift_kind


@shift_kind(at_one=lambda side: "a fifth of the light")
def darkness(levels: Levels, strength: float, draw: Draw) -> Levels:
    """Mixed with black."""
    return mix(levels, 0, 0.8 * strength)
