"""Pictures read between their pixels."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from shiftscope.datasets.shifts.levels import Levels, halved
from shiftscope.datasets.shifts.tools.reflection import reflected

FINE = 256  # places in a pixel

Places = npt.NDArray[np.int64]


def bilinear(levels: Levels, rows: Places, columns: Places) -> Levels:
    """(row, column, channel) the levels at places in 1/256 pixel, edges reflected, rounded half up.

    `rows` and `columns` are (row, column), or (row, 1) and (1, column).
    """
    (top, bottom), (left, right) = (
        (reflected(places >> 8, side), reflected((places >> 8) + 1, side))
        for places, side in zip((rows, columns), levels.shape[:2], strict=True)
    )
    down, across = (rows & 255)[..., np.newaxis], (columns & 255)[..., np.newaxis]
    above = levels[top, left] * (FINE - across) + levels[top, right] * across
    below = levels[bottom, left] * (FINE - across) + levels[bottom, right] * across
    return halved(above * (FINE - down) + below * down, 16)


def from_middle(side: int) -> Places:
    """(place,) the distances of pixels from the middle of a line, in half pixels."""
    return 2 * np.arange(side) - (side - 1)
