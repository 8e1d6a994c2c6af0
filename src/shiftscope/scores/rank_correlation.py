"""Spearman's correlation of two profiles."""

from __future__ import annotations

import numpy as np

from shiftscope.arrays import CategoryUnitArray, UnitArray

FEWEST_CATEGORIES = 3  # two categories always correlate by +1 or -1


def rank_correlation(shifted: CategoryUnitArray, reference: CategoryUnitArray) -> UnitArray:
    """Correlation of the ranks of a unit's mean responses to the categories on two sets, ties by average rank.

    Parameters
    ----------
    shifted, reference : (category, unit) mean responses

    Returns
    -------
    (unit,) from -1 to 1
        NaN for a unit that responds alike to all categories of one set (a dead unit does), and with fewer
        than three categories.

    References
    ----------
    Spearman (1904), The proof and measurement of association between two things.
    """
    if len(shifted) < FEWEST_CATEGORIES:
        return np.full(shifted.shape[1], np.nan)
    from scipy.stats import rankdata

    centred = [rankdata(means, axis=0) - (len(means) + 1) / 2 for means in (shifted, reference)]
    spread = np.sqrt((centred[0] ** 2).sum(axis=0) * (centred[1] ** 2).sum(axis=0))
    undefined = (spread == 0) | np.isnan(shifted).any(axis=0) | np.isnan(reference).any(axis=0)
    correlation = (centred[0] * centred[1]).sum(axis=0) / np.where(undefined, np.nan, spread)
    # Rounding may leave a perfect correlation a hair above one.
    within: UnitArray = np.clip(correlation, -1, 1)
    return within
