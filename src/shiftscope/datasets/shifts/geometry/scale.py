"""Zoom."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from shiftscope.datasets.shifts.draw import Draw
from shiftscope.datasets.shifts.levels import Levels, halved, share
from shiftscope.datasets.shifts.shift_kind import shift_kind
from shiftscope.datasets.shifts.tools.resampling import FINE, bilinear, from_middle


@shift_kind(at_one=lambda side: "2.5 times as large")
def scale(levels: Levels, strength: float, draw: Draw) -> Levels:
    """Enlarged about the middle."""
    shrink = share(1 / (1 + 1.5 * strength))
    rows, columns = (_places(side, shrink) for side in levels.shape[:2])
    return bilinear(levels, rows[:, np.newaxis], columns[np.newaxis])


def _places(side: int, shrink: int) -> npt.NDArray[np.int64]:
    """(pixel,) where each pixel of a line comes from, in 1/256 pixel."""
    half = FINE // 2
    return halved(half * shrink * from_middle(side), 16) + half * (side - 1)
