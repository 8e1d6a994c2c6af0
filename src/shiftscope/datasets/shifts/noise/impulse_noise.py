"""Impulse noise: salt and pepper."""

from __future__ import annotations

import numpy as np

from shiftscope.datasets.shifts.draw import Draw
from shiftscope.datasets.shifts.levels import WHITE, Levels, shorter_side
from shiftscope.datasets.shifts.shift_kind import coarseness, shift_kind

LARGEST = 0.27  # of the elements at strength 1 and 224 pixels


@shift_kind(draws=True, at_one=lambda side: f"{100 * LARGEST * coarseness(side):.0f} % of the values")
def impulse_noise(levels: Levels, strength: float, draw: Draw) -> Levels:
    """A share of the elements replaced by black or white."""
    replaced = LARGEST * coarseness(shorter_side(levels)) * strength
    words = draw.words(levels.size, 32).reshape(levels.shape)
    hit = (words >> 8) < round(replaced * (1 << 24))
    return np.where(hit, WHITE * (words >> 7 & 1).astype(np.int64), levels)
