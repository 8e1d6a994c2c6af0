"""Coarse pixels."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import numpy.typing as npt

from shiftscope.datasets.shifts.draw import Draw
from shiftscope.datasets.shifts.levels import Levels, rounded_ratio, shorter_side
from shiftscope.datasets.shifts.shift_kind import coarseness, shift_kind
from shiftscope.datasets.shifts.tools.convolution import along_both

LARGEST = 6  # pixels a cell at strength 1 and 224 pixels


@shift_kind(at_one=lambda side: f"cells of {LARGEST * coarseness(side):.2g} pixels")
def pixelate(levels: Levels, strength: float, draw: Draw) -> Levels:
    """The mean over each cell, whose side grows geometrically."""
    side = (LARGEST * coarseness(shorter_side(levels))) ** strength
    rows, columns = levels.shape[:2]
    down, across = max(round(rows / side), 1), max(round(columns / side), 1)
    sums = along_both(_overlaps(down, rows), levels, _overlaps(across, columns))
    means = rounded_ratio(sums.astype(np.int64), rows * columns)
    return means[_nearest(down, rows)[:, np.newaxis], _nearest(across, columns)]


@lru_cache(maxsize=8)
def _overlaps(cells: int, side: int) -> npt.NDArray[np.float64]:
    """(cell, pixel) how much of each pixel lies in each cell, in 1/cells pixel; `side` a cell."""
    cell, pixel = np.arange(cells)[:, np.newaxis] * side, np.arange(side) * cells
    shared = np.minimum(cell + side, pixel + cells) - np.maximum(cell, pixel)
    return np.asarray(np.maximum(shared, 0), dtype=np.float64)


def _nearest(cells: int, side: int) -> npt.NDArray[np.int64]:
    """(pixel,) the cell in which its middle lies."""
    return (2 * np.arange(side) + 1) * cells // (2 * side)
