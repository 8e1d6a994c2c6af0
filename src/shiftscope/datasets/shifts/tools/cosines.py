"""The discrete cosine transform of levels."""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from shiftscope.datasets.shifts.levels import ONE, Levels
from shiftscope.datasets.shifts.tools.exact_products import (
    Whole,
    back_to_levels,
    on_fine_grid,
    product,
    whole_matrix,
)


def filtered(levels: Levels, gains: Whole) -> Levels:
    """Levels with each coefficient of their transform times a gain, (row, column) in units of 2^-16."""
    down, across = (cosines(side) for side in levels.shape[:2])
    coefficients = product(down, product(on_fine_grid(levels), across.T))
    damped = np.rint(coefficients * gains * 2.0**-16)
    return back_to_levels(product(product(down.T, damped), across))


@lru_cache(maxsize=4)
def cosines(side: int) -> Whole:
    """(frequency, place) the orthonormal DCT-II, in units of 2^-20."""
    quarter = [math.cos(math.pi * step / (2 * side)) for step in range(4 * side)]
    steps = np.outer(np.arange(side), 2 * np.arange(side) + 1) % (4 * side)
    matrix = np.array(quarter)[steps] * math.sqrt(2 / side)
    matrix[0] = math.sqrt(1 / side)
    return whole_matrix(matrix)


def low_gains(rows: int, columns: int, cutoff: float) -> Whole:
    """(row, column) gains of a Butterworth filter of order 4 for the coefficients of `filtered`.

    `cutoff` is in cycles per shorter side; there the gain is a half.
    """
    shorter = min(rows, columns)
    down, across = (np.arange(side) * (shorter / (2 * side)) for side in (rows, columns))
    ratio: npt.NDArray[np.float64] = (down[:, np.newaxis] * down[:, np.newaxis] + across * across) / (
        cutoff * cutoff
    )
    squared = ratio * ratio
    return np.rint(ONE / (1 + squared * squared))
