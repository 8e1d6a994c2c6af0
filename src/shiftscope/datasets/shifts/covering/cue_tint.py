"""One colour over all."""

from __future__ import annotations

from shiftscope.datasets.shifts.draw import Draw
from shiftscope.datasets.shifts.levels import Levels
from shiftscope.datasets.shifts.shift_kind import shift_kind
from shiftscope.datasets.shifts.tools.cues import blended, everywhere


@shift_kind(at_one=lambda side: "half magenta")
def cue_tint(levels: Levels, strength: float, draw: Draw) -> Levels:
    """One colour over all."""
    return blended(levels, everywhere(*levels.shape[:2]), 0.5 * strength)
