"""How sure a difference of two shares is that were counted on the same pairs."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from shiftscope.statistics.wilson import Z

FloatArray = npt.NDArray[np.float64]


def agresti_min(
    gained: npt.ArrayLike, lost: npt.ArrayLike, pairs: npt.ArrayLike
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """The share of pairs gained minus that lost and its 95 % interval, element by element.

    Half a pair is added to each cell of the two by two table, and the usual interval taken of that: it holds its level
    where few pairs, or none, differ.

    Parameters
    ----------
    gained, lost
        Pairs of which the one member has what is counted and the other has not. Of clusters, the sums of their means.
    pairs
        All of them.

    Returns
    -------
    difference, low, high
        NaN where there are no pairs.

    References
    ----------
    Agresti & Min (2005), Simple improved confidence intervals for comparing matched proportions, Statistics in
    Medicine 24, 729-740.
    """
    more, less = np.asarray(gained, np.float64), np.asarray(lost, np.float64)
    n = np.asarray(pairs, np.float64)
    n = np.where(n > 0, n, np.nan)
    difference, middle = (more - less) / n, (more - less) / (n + 2)
    variance = (more + less + 1) - (more - less) ** 2 / (n + 2)
    half = Z * np.sqrt(np.maximum(variance, 0)) / (n + 2)
    low, high = np.maximum(middle - half, -1), np.minimum(middle + half, 1)
    return difference, np.minimum(low, difference), np.maximum(high, difference)
