"""How much more a unit responds to the category that it prefers than to the others."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from shiftscope.arrays import UnitArray

Means = npt.NDArray[np.floating[Any]]  # (category, ..., unit)


def preferred_category(means: Means) -> npt.NDArray[np.int64]:
    """(unit,) the category with the largest mean response, the first of several.

    Parameters
    ----------
    means : (category, unit)
    """
    return np.asarray(np.argmax(means, axis=0), np.int64)


def selective_response(means: Means, preferred: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
    """(..., unit) mean response to the preferred category minus the mean of those to the others.

    Parameters
    ----------
    means : (category, ..., unit)
        Of categories that all have samples; NaN with fewer than two.
    preferred : (unit,)
    """
    if len(means) < 2:
        return np.full(means.shape[1:], np.nan)
    own, rest = own_and_rest(means, preferred)
    return own - rest


def own_and_rest(
    means: Means, preferred: npt.NDArray[np.int64]
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """(..., unit) each: mean response to the preferred category, and the mean of those to the others."""
    at = np.broadcast_to(preferred, (1, *means.shape[1:]))
    own = np.take_along_axis(means, at, axis=0)[0].astype(np.float64)
    return own, (means.sum(axis=0, dtype=np.float64) - own) / (len(means) - 1)


def shares_left(
    responses: npt.NDArray[np.float64], measured: npt.NDArray[np.bool_] | None = None
) -> npt.NDArray[np.float64]:
    """(rung, ..., unit) selective responses over those of the first rung; NaN where that one is not above 0.

    Parameters
    ----------
    responses : (rung, ..., unit)
    measured : (unit,)
        Whether a unit's first response counts as above 0; NaN for others.
    """
    first = responses[0]
    counts = first > 0 if measured is None else (first > 0) & measured
    return responses / np.where(counts, first, np.nan)


def median_of_those_with_one(values: UnitArray, axis: int = -1) -> npt.NDArray[np.float64]:
    """Median along an axis without what is NaN; NaN where nothing is left."""
    ordered = np.sort(values, axis=axis)  # NaN last
    there = np.count_nonzero(~np.isnan(ordered), axis=axis, keepdims=True)
    ends = [np.take_along_axis(ordered, np.maximum(at, 0), axis) for at in ((there - 1) // 2, there // 2)]
    ends[1] = np.where(there % 2 == 0, ends[1], ends[0])
    with np.errstate(invalid="ignore"):  # two that are both infinite
        middle = np.where(ends[0] == ends[1], ends[0], (ends[0] + ends[1]) / 2)
    return np.asarray(np.where(there > 0, middle, np.nan).squeeze(axis), np.float64)
