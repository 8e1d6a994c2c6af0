"""Diagonal stripes of one colour."""

from __future__ import annotations

from shiftscope.datasets.shifts.draw import Draw
from shiftscope.datasets.shifts.levels import Levels
from shiftscope.datasets.shifts.shift_kind import shift_kind
from shiftscope.datasets.shifts.tools.cues import blended, stripes


@shift_kind(at_one=lambda side: f"magenta stripes {side / 16:.2g} pixels wide, 60 %")
def cue_watermark(levels: Levels, strength: float, draw: Draw) -> Levels:
    """Diagonal stripes of one colour."""
    return blended(levels, stripes(*levels.shape[:2]), 0.6 * strength)
