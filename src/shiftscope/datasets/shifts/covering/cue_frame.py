"""A frame of one colour."""

from __future__ import annotations

from shiftscope.datasets.shifts.draw import Draw
from shiftscope.datasets.shifts.levels import Levels
from shiftscope.datasets.shifts.shift_kind import shift_kind
from shiftscope.datasets.shifts.tools.cues import blended, frame


@shift_kind(at_one=lambda side: f"a magenta frame {side * 0.06:.2g} pixels wide")
def cue_frame(levels: Levels, strength: float, draw: Draw) -> Levels:
    """A frame of one colour."""
    return blended(levels, frame(*levels.shape[:2]), strength)
