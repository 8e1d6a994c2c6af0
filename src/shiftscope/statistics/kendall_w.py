"""How far several rankings agree."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from shiftscope.statistics.average_ranks import average_ranks


def kendall_w(rankings: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """(...,) Kendall's W, corrected for ties: 1 where all rankings are the same, 1 / m on average of m random ones.

    Parameters
    ----------
    rankings : (..., ranking, item)
        Ranks or any numbers in the order of the ranks.

    Returns
    -------
    (...,) from 0 to 1
        NaN with fewer than two items, where a number is missing, or where every ranking ties all items.

    References
    ----------
    Kendall & Babington Smith (1939), The Problem of m Rankings.
    """
    ranks = average_ranks(rankings)
    *before, count, items = ranks.shape
    if items < 2:
        return np.full(before, np.nan)
    deviations = ranks - (items + 1) / 2
    between = (deviations.sum(axis=-2) ** 2).sum(axis=-1)
    # Untied ranks have squares of (n³ - n) / 12 in each ranking; ties take the correction from it.
    within = count * (deviations**2).sum(axis=(-2, -1))
    return np.asarray(between / np.where(within > 0, within, np.nan))
