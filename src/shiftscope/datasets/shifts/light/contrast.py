"""Less contrast."""

from __future__ import annotations

from shiftscope.datasets.shifts.draw import Draw
from shiftscope.datasets.shifts.levels import Levels, channel_means, mix
from shiftscope.datasets.shifts.shift_kind import shift_kind


@shift_kind(at_one=lambda side: "5 % of the contrast is left")
def contrast(levels: Levels, strength: float, draw: Draw) -> Levels:
    """Mixed with the mean of each channel."""
    return mix(levels, channel_means(levels), 0.95 * strength)
