"""How much a unit prefers one category."""

from __future__ import annotations

import numpy as np

from shiftscope.arrays import CategoryUnitArray, UnitArray
from shiftscope.scores.score import unit_score


@unit_score(
    reads="one profile",
    measured_in="0 to 1",
    within=(0, 1),
    high="it responds to one category and hardly to the others",
)
def selectivity(profile: CategoryUnitArray) -> UnitArray:
    """Class selectivity on the dataset itself: the mean response to the strongest category minus the mean over the
    other categories, over their sum. 0 for a unit that responds alike to all categories, 1 for one that only
    responds to one.

    Means below zero count as zero.

    Parameters
    ----------
    profile : (category, unit) mean responses

    Returns
    -------
    (unit,) from 0 to 1
        NaN for a unit without a mean above zero, and with fewer than two categories.

    References
    ----------
    Morcos et al. (2018), On the importance of single directions for generalization, arXiv 1803.06959.
    """
    if len(profile) < 2:
        return np.full(profile.shape[1], np.nan)
    responses = np.maximum(profile, 0)
    strongest = responses.max(axis=0)
    rest = (responses.sum(axis=0) - strongest) / (len(profile) - 1)
    index: UnitArray = (strongest - rest) / np.where(strongest > 0, strongest + rest, np.nan)
    return index
