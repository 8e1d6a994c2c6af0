"""Colours faded to gray."""

from __future__ import annotations

from shiftscope.datasets.shifts.draw import Draw
from shiftscope.datasets.shifts.levels import Levels, luma, mix
from shiftscope.datasets.shifts.shift_kind import shift_kind


@shift_kind(channels="at least 2", at_one=lambda side: "gray")
def greyscale(levels: Levels, strength: float, draw: Draw) -> Levels:
    """Mixed with the luma."""
    return mix(levels, luma(levels), strength)
