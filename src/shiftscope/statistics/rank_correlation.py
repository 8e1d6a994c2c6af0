"""Spearman's correlation of two profiles."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from shiftscope.arrays import UnitArray

Profiles = npt.NDArray[np.floating[Any]]  # (category, unit)
FloatArray = npt.NDArray[np.float64]

WORTH_COMPILED = 500_000  # means; fewer are sorted before the compiled code has loaded
FEWEST_CATEGORIES = 3  # two categories always correlate by +1 or -1


@dataclass(frozen=True, eq=False)
class RankedProfiles:
    """Profiles whose ranks are found once, however many others are correlated with them."""

    means: Profiles  # (category, unit) mean responses
    # Share of the variance of the ranks that may be neglected where there are many units: means in one of 2,048 bins
    # of their range then count as equal. By 1e-4 correlations were off by 0.003 at most, in a third of the time.
    tolerance: float = 0.0

    @cached_property
    def undefined(self) -> npt.NDArray[np.bool_]:
        """(unit,) whether a mean is missing."""
        return _undefined(self.means)

    @cached_property
    def counted(self) -> tuple[npt.NDArray[np.signedinteger[Any]], FloatArray]:
        """(unit, category) ranks by the compiled code and (unit,) sums of their squares."""
        from shiftscope.statistics.compiled.rank_correlations import rank_profiles

        categories, units = self.means.shape
        # Twice a rank less the mean of all is below the number of categories.
        ranks = np.empty((units, categories), np.int16 if categories < 2**15 else np.int32)
        squares = np.empty(units)
        rank_profiles(_by_rows(self.means), self.tolerance, ranks, squares)
        return ranks, squares

    @cached_property
    def sorted(self) -> tuple[FloatArray, FloatArray]:
        """(category, unit) ranks around their mean and (unit,) sums of their squares."""
        return _centred(self.means)


def rank_correlation(shifted: Profiles, reference: RankedProfiles, *, times: float = 1) -> UnitArray:
    """Correlation of the ranks of a unit's mean responses to the categories on two sets, ties by average rank.

    Parameters
    ----------
    shifted : (category, unit) mean responses
        Ranked with the tolerance of the reference.
    times
        How many calls of this size there are beside this one, for which compiled code may be worth loading.

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
    undefined = _undefined(shifted) | reference.undefined
    if shifted.size * times >= WORTH_COMPILED:
        # Late: it imports the compiler.
        from shiftscope.statistics.compiled.rank_correlations import correlate_ranks

        correlation = np.empty(shifted.shape[1])
        correlate_ranks(_by_rows(shifted), reference.tolerance, *reference.counted, correlation)
    else:
        correlation = _by_sorting(shifted, reference)
    correlation[undefined] = np.nan
    return correlation


def _by_rows(means: Profiles) -> Profiles:
    """As the compiled code takes them: parts of wider arrays would be compiled for a second time."""
    return np.ascontiguousarray(means)


def _undefined(means: Profiles) -> npt.NDArray[np.bool_]:
    with np.errstate(over="ignore"):
        return np.asarray(np.isnan(means.sum(axis=0)))


def _by_sorting(shifted: Profiles, reference: RankedProfiles) -> UnitArray:
    (ours, our_squares), (theirs, their_squares) = _centred(shifted), reference.sorted
    spread = np.sqrt(our_squares * their_squares)
    correlation = (ours * theirs).sum(axis=0) / np.where(spread == 0, np.nan, spread)
    # Rounding may leave a perfect correlation a hair above one.
    within: UnitArray = np.clip(correlation, -1, 1)
    return within


def _centred(means: Profiles) -> tuple[FloatArray, FloatArray]:
    from scipy.stats import rankdata

    centred = rankdata(means, axis=0) - (len(means) + 1) / 2
    return centred, (centred**2).sum(axis=0)
