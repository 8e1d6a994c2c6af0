"""Other hues."""

from __future__ import annotations

import math

import numpy as np

from shiftscope.datasets.shifts.draw import Draw
from shiftscope.datasets.shifts.levels import Levels, halved
from shiftscope.datasets.shifts.shift_kind import shift_kind

UNIT = 1 << 14


@shift_kind(channels="3", at_one=lambda side: "the opposite hue")
def hue(levels: Levels, strength: float, draw: Draw) -> Levels:
    """Colours turned about the gray axis, by half a turn at most."""
    angle = math.pi * strength
    even, odd = (1 - math.cos(angle)) / 3, math.sin(angle) / math.sqrt(3)
    after, before = round(UNIT * (even - odd)), round(UNIT * (even + odd))
    own = UNIT - after - before  # grays stay what they are
    next_, last = np.roll(levels, -1, axis=2), np.roll(levels, 1, axis=2)
    return halved(own * levels + after * next_ + before * last, 14)
