"""The strength of a shift at which a unit has lost half of its selective response."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from shiftscope.statistics.pooled_violators import non_increasing

FloatArray = npt.NDArray[np.float64]
LEVEL = 0.5


def half_strength(strengths: FloatArray, shares: FloatArray, *, level: float = LEVEL) -> FloatArray:
    """(..., unit) where the curve, made to fall by pooling adjacent violators, crosses `level`; linear between rungs.

    Parameters
    ----------
    strengths : (rung,) rising
    shares : (rung, ..., unit)
        What is left at each rung, 1 at the first.
    level
        Above 0 and below 1.

    Returns
    -------
    (..., unit)
        Infinite where the last rung does not reach it, which is all that is known; NaN for a curve with NaN.
    """
    curve = non_increasing(shares)
    below = curve <= level
    at = np.maximum(np.argmax(below, axis=0), 1)[None]
    upper, lower = np.take_along_axis(curve, at - 1, 0)[0], np.take_along_axis(curve, at, 0)[0]
    left, right = strengths[at[0] - 1], strengths[at[0]]
    fall = np.where(upper > lower, upper - lower, 1)
    with np.errstate(invalid="ignore"):
        crossed = left + (right - left) * np.clip((upper - level) / fall, 0, 1)
    reached = np.where(below.any(axis=0), crossed, np.inf)
    return np.asarray(np.where(np.isnan(curve).any(axis=0), np.nan, reached), np.float64)


def kept_area(strengths: FloatArray, shares: FloatArray) -> FloatArray:
    """(..., unit) mean height of the curve of what is left, by trapezoids: 1 untouched, 0 gone at once, never censored.

    Parameters
    ----------
    strengths : (rung,) rising
    shares : (rung, ..., unit)
    """
    widths = np.diff(strengths)
    heights = (shares[1:] + shares[:-1]) / 2
    area: FloatArray = np.tensordot(widths, heights, axes=1) / widths.sum()
    return area


def first_to_go(half: FloatArray, area: FloatArray) -> npt.NDArray[np.int64]:
    """Units in the order in which they go: by half strength, those that do not reach it last, then by area.

    Units that have neither stand behind all others.

    Parameters
    ----------
    half, area : (unit,)
    """
    return np.asarray(np.lexsort((area, half)), np.int64)
