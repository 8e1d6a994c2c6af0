"""Products with orthonormal matrices of whole numbers, rounded between passes so that every sum is exact."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from shiftscope.datasets.shifts.levels import Levels

BITS = 20  # of a matrix' entries
FINER = 4  # bits by which values are finer than levels

Whole = npt.NDArray[np.float64]  # whole numbers below 2^53


def on_fine_grid(levels: Levels) -> Whole:
    """(channel, row, column).

    The rows of an orthonormal matrix and the values have at most the norms 1 and 255 sqrt(rows * columns), so that by
    Cauchy and Schwarz the terms of no sum exceed 2^(16 + 4 + 20) sqrt(rows * columns) together: below 2^53, where
    float64 is exact in whatever order it adds, up to sides of 8,000 pixels.
    """
    # One plane after the other in memory, as fast products need them.
    return np.multiply(levels.transpose(2, 0, 1), 2.0**FINER, dtype=np.float64, order="C")


def back_to_levels(values: Whole) -> Levels:
    """(row, column, channel)."""
    return np.rint(values * 2.0**-FINER).astype(np.int64).transpose(1, 2, 0)


def whole_matrix(matrix: npt.NDArray[np.float64]) -> Whole:
    """The entries as whole numbers of 2^-20."""
    return np.rint(matrix * 2.0**BITS)


def product(left: Whole, right: Whole) -> Whole:
    """Of values and a whole matrix, or the other way round, back on the grid of the values."""
    sums: Whole = left @ right
    return np.rint(sums * 2.0**-BITS)
