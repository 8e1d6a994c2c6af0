"""Over how many categories a unit spreads its responses."""

from __future__ import annotations

import numpy as np

from shiftscope.arrays import CategoryUnitArray, UnitArray
from shiftscope.scores.score import unit_score


@unit_score(
    reads="one profile",
    measured_in="bits",
    null=None,
    within=(0, np.inf),
    high="it spreads its responses over many categories",
)
def profile_entropy(profile: CategoryUnitArray) -> UnitArray:
    """Entropy of the unit's mean responses to the categories of the dataset itself, taken as shares of their sum: 0
    bits for a unit that responds to one category only, log2 of the number of categories for one that responds alike
    to all.

    Means below zero count as zero.

    Parameters
    ----------
    profile : (category, unit) mean responses

    Returns
    -------
    (unit,) bits
        NaN for a unit without a mean above zero.

    References
    ----------
    Shannon (1948), A mathematical theory of communication.
    """
    responses = np.maximum(profile, 0)
    total = responses.sum(axis=0)
    logarithms = np.log2(np.where(responses > 0, responses, 1))  # a category without responses adds nothing
    some = np.where(total > 0, total, np.nan)
    bits: UnitArray = np.log2(some) - np.einsum("cu,cu->u", responses, logarithms) / some
    return np.maximum(bits, 0)  # not a hair below, where one category has all
