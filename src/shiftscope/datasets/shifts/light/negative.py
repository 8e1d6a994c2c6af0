"""Solarisation, which ends in the negative."""

from __future__ import annotations

import numpy as np

from shiftscope.datasets.shifts.draw import Draw
from shiftscope.datasets.shifts.levels import WHITE, Levels
from shiftscope.datasets.shifts.shift_kind import shift_kind


@shift_kind(at_one=lambda side: "the negative")
def negative(levels: Levels, strength: float, draw: Draw) -> Levels:
    """Levels inverted from a threshold up that falls from white to black: a mere mix would be all gray at 0.5."""
    return np.where(levels >= round(WHITE * (1 - strength)), WHITE - levels, levels)
