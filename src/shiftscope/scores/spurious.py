"""How much the shift reordered the categories a unit responds to."""

from __future__ import annotations

import numpy as np

from shiftscope.arrays import CategoryUnitArray, UnitArray
from shiftscope.scores.score import unit_score

FEWEST_CATEGORIES = 3  # two categories always correlate by +1 or -1


@unit_score(reads="profiles", measured_in="0 to 1")
def spurious(shifted: CategoryUnitArray, reference: CategoryUnitArray) -> UnitArray:
    """One minus the absolute Spearman correlation between the unit's mean responses to the categories on the
    reference and on the shifted set: 0 where their order is kept (or wholly reversed), 1 where it is lost.

    Parameters
    ----------
    shifted, reference : (category, unit) mean responses over the reference maximum

    Returns
    -------
    (unit,) from 0 to 1
        NaN for a unit that responds alike to all categories of one set (a dead unit does), and with fewer
        than three categories in both sets.

    References
    ----------
    Sarkar et al. (2023), Deephys, arXiv 2303.11912, section 4.5. Spearman (1904).
    """
    if len(shifted) < FEWEST_CATEGORIES:
        return np.full(shifted.shape[1], np.nan)
    ranks = average_ranks(shifted), average_ranks(reference)
    centred = [r - r.mean(axis=0) for r in ranks]
    spread = np.sqrt((centred[0] ** 2).sum(axis=0) * (centred[1] ** 2).sum(axis=0))
    undefined = (spread == 0) | np.isnan(shifted).any(axis=0) | np.isnan(reference).any(axis=0)
    correlation = (centred[0] * centred[1]).sum(axis=0) / np.where(undefined, np.nan, spread)
    # Rounding may leave a perfect correlation a hair above one.
    lost: UnitArray = np.clip(1 - np.abs(correlation), 0, 1)
    return lost


def average_ranks(values: CategoryUnitArray) -> CategoryUnitArray:
    """(category, unit) ranks from 1 within each unit; ties share the mean of their ranks.

    As `scipy.stats.rankdata(axis=0)`, whose import alone would cost the viewer its first half second.
    """
    count = len(values)
    order = np.argsort(values, axis=0, kind="stable")
    ordered = np.take_along_axis(values, order, axis=0)
    place = np.broadcast_to(np.arange(count)[:, None], values.shape)
    starts = np.ones(values.shape, bool)
    starts[1:] = ordered[1:] != ordered[:-1]
    ends = np.ones(values.shape, bool)
    ends[:-1] = starts[1:]
    first = np.maximum.accumulate(np.where(starts, place, 0), axis=0)
    last = np.minimum.accumulate(np.where(ends, place, count)[::-1], axis=0)[::-1]
    ranks = np.empty(values.shape)
    np.put_along_axis(ranks, order, (first + last) / 2 + 1, axis=0)
    return ranks
