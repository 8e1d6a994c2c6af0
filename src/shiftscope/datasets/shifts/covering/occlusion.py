"""Parts hidden."""

from __future__ import annotations

import numpy as np

from shiftscope.datasets.shifts.draw import Draw
from shiftscope.datasets.shifts.levels import Levels, channel_means
from shiftscope.datasets.shifts.shift_kind import shift_kind

CELLS = 8  # a side
MOST = 48  # of the 64


@shift_kind(draws=True, at_one=lambda side: f"{100 * MOST // CELLS**2} % of the image")
def occlusion(levels: Levels, strength: float, draw: Draw) -> Levels:
    """Cells of a grid of 8 x 8, in drawn order, filled with the mean colour."""
    order = np.argsort(draw.words(CELLS**2, 32), kind="stable")
    hidden = np.zeros(CELLS**2, dtype=bool)
    hidden[order[: round(MOST * strength)]] = True
    rows, columns = (np.arange(side) * CELLS // side for side in levels.shape[:2])
    covered = hidden.reshape(CELLS, CELLS)[rows[:, np.newaxis], columns]
    return np.where(covered[..., np.newaxis], channel_means(levels), levels)
