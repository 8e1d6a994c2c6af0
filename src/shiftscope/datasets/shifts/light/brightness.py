"""More light."""

from __future__ import annotations

import numpy as np

from shiftscope.datasets.shifts.draw import Draw
from shiftscope.datasets.shifts.levels import WHITE, Levels, rounded_ratio
from shiftscope.datasets.shifts.shift_kind import shift_kind


@shift_kind(at_one=lambda side: "127 levels brighter")
def brightness(levels: Levels, strength: float, draw: Draw) -> Levels:
    """The largest channel raised, the others in proportion, so that hue and saturation stay; black becomes gray."""
    largest = levels.max(axis=2, keepdims=True)
    raised = np.minimum(WHITE, largest + round(WHITE * strength / 2))
    return np.where(largest > 0, rounded_ratio(levels * raised, np.maximum(largest, 1)), raised)
