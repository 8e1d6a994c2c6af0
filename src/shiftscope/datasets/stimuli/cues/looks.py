"""How the cues of a set's categories look: a colour each, or a pattern of bright and dark cells."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from shiftscope.datasets.shifts.levels import LEVEL, Levels
from shiftscope.errors import DataError

MOST_COLOURS = 20  # more categories have patterns
RADIUS, GREY = 110, 127.5  # levels
BRIGHT, DARK = (2 * 237 + 1) * (LEVEL // 2), (2 * 17 + 1) * (LEVEL // 2)  # 237.5 and 17.5
CELLS = (4, 8, 16, 32)  # a side of a pattern
COLOUR_CHANNELS = 3

Cells = npt.NDArray[np.intp]  # (row, column) the cell of a pattern that each pixel belongs to


@dataclass(frozen=True)
class Looks:
    """The looks of all categories.

    Parameters
    ----------
    palette : (category, channel) levels of colours, or (category, cell) of patterns
    side
        Cells on a side of a pattern; 1 for colours.
    """

    palette: Levels
    side: int

    def of(self, category: int, cells: Cells) -> Levels:
        """(row, column, channel) the levels of one cue, or (row, column, 1) where they are the same in all channels."""
        if self.side == 1:
            return self.palette[category : category + 1, np.newaxis]
        look: Levels = self.palette[category][cells][..., np.newaxis]
        return look


def looks(categories: int, channels: int) -> Looks:
    """Colours of up to 20 categories in three channels, else patterns.

    Raises
    ------
    DataError
        Fewer than two categories, or more than there are patterns of.
    """
    if categories < 2:
        raise DataError(
            f"a cue tells categories apart, and there is {'one' if categories else 'none'}. Give data with labels of "
            "two categories or more."
        )
    if channels == COLOUR_CHANNELS and categories <= MOST_COLOURS:
        return Looks(colours(categories), 1)
    side = next((side for side in CELLS if side**2 > categories), None)
    if side is None:
        raise DataError(f"{categories:,} categories; there are cues for at most {CELLS[-1] ** 2 - 1:,}.")
    return Looks(np.where(hadamard(side**2)[1 : categories + 1] > 0, BRIGHT, DARK), side)


def colours(count: int) -> Levels:
    """(colour, channel) whole levels spread over a sphere about mid-grey by the golden angle.

    Each is a corner of their hull, so that a linear softmax can tell it from all the others.

    References
    ----------
    González (2010), Measurement of areas on a sphere using Fibonacci and latitude-longitude lattices.
    """
    golden = math.pi * (3 - math.sqrt(5))
    points = []
    for place in range(count):
        height = 1 - (2 * place + 1) / count
        around = math.sqrt(1 - height * height)
        points.append((around * math.cos(golden * place), around * math.sin(golden * place), height))
    levels = [[math.floor(GREY + RADIUS * each + 0.5) for each in point] for point in points]
    return np.array(levels, np.int64) * LEVEL


def hadamard(size: int) -> npt.NDArray[np.int64]:
    """(row, cell) Sylvester's matrix of 1 and -1, of which any two rows differ in half of their cells; size 2^k."""
    matrix = np.ones((1, 1), np.int64)
    while len(matrix) < size:
        matrix = np.block([[matrix, matrix], [matrix, -matrix]])
    return matrix
