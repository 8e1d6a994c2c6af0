"""Gaussian noise."""

from __future__ import annotations

from functools import lru_cache
from statistics import NormalDist

import numpy as np
import numpy.typing as npt

from shiftscope.datasets.shifts.draw import Draw
from shiftscope.datasets.shifts.levels import LEVEL, Levels, halved, shorter_side
from shiftscope.datasets.shifts.shift_kind import coarseness, shift_kind

LARGEST = 255 * 0.38  # levels of standard deviation at strength 1 and 224 pixels


@shift_kind(draws=True, at_one=lambda side: f"standard deviation {LARGEST * coarseness(side):.0f} levels")
def gaussian_noise(levels: Levels, strength: float, draw: Draw) -> Levels:
    """A normal number of its own added to every element."""
    deviation = round(LARGEST * coarseness(shorter_side(levels)) * strength * LEVEL)
    words = draw.words(levels.size, 16).reshape(levels.shape)
    noise: Levels = _noise(deviation)[words]
    return levels + noise


@lru_cache(maxsize=8)
def _noise(deviation: int) -> npt.NDArray[np.int64]:
    """(word,) the noise that each 16-bit word stands for, of this deviation."""
    return halved(deviation * normal_quantiles(), 12)


@lru_cache(maxsize=1)
def normal_quantiles() -> npt.NDArray[np.int64]:
    """(65,536,) quantiles of the standard normal distribution at (i + 1/2) / 65,536, in units of 2^-12."""
    inverse = NormalDist().inv_cdf
    upper = [round(4096 * inverse((i + 0.5) / 65536)) for i in range(32768, 65536)]
    return np.array([-value for value in reversed(upper)] + upper)
