"""How much of a response is left when something is taken away from the picture."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from shiftscope.explain.attribution.low_pass.low_pass import low_passed

FloatArray = npt.NDArray[np.floating[Any]]

CUTOFFS = 1 / 4, 1 / 8, 1 / 16  # cycles per pixel of the shorter side


def kept_share(after: npt.ArrayLike, before: npt.ArrayLike, middle: float) -> npt.NDArray[np.float64]:
    """(...) share of what a response exceeds the median of the reference by that is left afterwards.

    NaN where the response does not exceed it.

    Parameters
    ----------
    after, before : (...) responses to the changed picture and to the picture
    middle
        Median response of the reference.
    """
    more = np.asarray(before, np.float64) - middle
    left = np.asarray(after, np.float64) - middle
    share = np.full(np.shape(more), np.nan)
    return np.asarray(np.divide(left, more, out=share, where=more > 0))


def without_colour(pictures: FloatArray) -> FloatArray:
    """(..., channel, row, column) with the mean of the channels in the place of each."""
    return np.asarray(np.broadcast_to(pictures.mean(axis=-3, keepdims=True), pictures.shape))


def without_detail(pictures: FloatArray, cutoff: float) -> FloatArray:
    """(..., channel, row, column) without the frequencies above so many cycles per pixel of the shorter side."""
    return low_passed(pictures, cutoff * min(pictures.shape[-2:]))
