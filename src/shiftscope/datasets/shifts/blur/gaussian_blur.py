"""Gaussian blur."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import numpy.typing as npt

from shiftscope.datasets.shifts.draw import Draw
from shiftscope.datasets.shifts.levels import Levels, halved, shorter_side
from shiftscope.datasets.shifts.shift_kind import shift_kind
from shiftscope.datasets.shifts.tools.convolution import along_both, reflecting_matrix
from shiftscope.datasets.shifts.tools.kernels import discrete_gaussian


@shift_kind(at_one=lambda side: f"standard deviation {side / 28:.2g} pixels")
def gaussian_blur(levels: Levels, strength: float, draw: Draw) -> Levels:
    """Rows and columns convolved with a discrete Gaussian."""
    variance = (shorter_side(levels) * strength / 28) ** 2
    down, across = (_matrix(variance, side) for side in levels.shape[:2])
    sums = along_both(down, levels, across)  # below 2^48
    return halved(sums.astype(np.int64), 32)


@lru_cache(maxsize=8)
def _matrix(variance: float, side: int) -> npt.NDArray[np.float64]:
    return reflecting_matrix(discrete_gaussian(variance), side)
