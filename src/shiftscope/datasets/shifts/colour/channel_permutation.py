"""Channels exchanged."""

from __future__ import annotations

import numpy as np

from shiftscope.datasets.shifts.draw import Draw
from shiftscope.datasets.shifts.levels import Levels, mix
from shiftscope.datasets.shifts.shift_kind import shift_kind


@shift_kind(channels="at least 2", at_one=lambda side: "red, green, blue become blue, red, green")
def channel_permutation(levels: Levels, strength: float, draw: Draw) -> Levels:
    """Mixed with its channels moved on by one."""
    return mix(levels, np.roll(levels, 1, axis=2), strength)
