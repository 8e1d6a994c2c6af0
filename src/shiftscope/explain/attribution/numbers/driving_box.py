"""The part of a picture that holds most of what a map shows, for layers whose receptive field tells nothing."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from shiftscope.model.map_geometry import Box

LARGEST = 0.05  # share of the places that the box is drawn around
SMOOTHED = 0.02  # deviation of the smoothing, as a share of the columns
WIDENED = 0.1  # of the box's own sides, together


def driving_box(map: npt.NDArray[Any]) -> Box | None:
    """The box around the 5 % largest places of a smoothed non-negative (row, column) map, widened by a tenth.

    Sides are fractions of the picture's, cut at its edges; None for a map that is the same everywhere or not finite.
    """
    from scipy.ndimage import gaussian_filter

    rows, columns = map.shape
    if not np.isfinite(map).all() or map.max() <= map.min():
        return None
    smooth = gaussian_filter(map.astype(np.float64), SMOOTHED * columns, mode="nearest")
    count = max(1, math.ceil(LARGEST * map.size))
    least = np.partition(smooth, -count, axis=None)[-count]
    row, column = np.nonzero(
        (smooth >= least) & (smooth > smooth.min())
    )  # the floor of a small map is not in it
    (top, bottom), (left, right) = _widened(row, rows), _widened(column, columns)
    return Box(left, top, right, bottom)


def _widened(places: npt.NDArray[np.intp], length: int) -> tuple[float, float]:
    first, end = int(places.min()), int(places.max()) + 1
    margin = WIDENED / 2 * (end - first)
    return max(first - margin, 0) / length, min(end + margin, length) / length
