"""A square of one colour in a corner."""

from __future__ import annotations

from shiftscope.datasets.shifts.draw import Draw
from shiftscope.datasets.shifts.levels import Levels
from shiftscope.datasets.shifts.shift_kind import shift_kind
from shiftscope.datasets.shifts.tools.cues import blended, patch


@shift_kind(at_one=lambda side: f"a magenta square of {side / 5:.2g} pixels")
def cue_patch(levels: Levels, strength: float, draw: Draw) -> Levels:
    """A square of one colour in a corner."""
    return blended(levels, patch(*levels.shape[:2]), strength)
