"""Stronger colours."""

from __future__ import annotations

from shiftscope.datasets.shifts.draw import Draw
from shiftscope.datasets.shifts.levels import Levels, luma, mix
from shiftscope.datasets.shifts.shift_kind import shift_kind


@shift_kind(channels="at least 2", at_one=lambda side: "5 times as colourful")
def saturation(levels: Levels, strength: float, draw: Draw) -> Levels:
    """Each channel moved away from the luma."""
    return mix(luma(levels), levels, 1 + 4 * strength)
