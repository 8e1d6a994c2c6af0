"""How much the shift reordered the categories a unit responds to."""

from __future__ import annotations

import numpy as np

from shiftscope.arrays import UnitArray
from shiftscope.scores.score import unit_score


@unit_score(
    reads="rank correlation",
    measured_in="0 to 1",
    within=(0, 1),
    title="scrambled preference (spurious)",
    high="the order of the categories that it prefers is lost",
)
def spurious(correlation: UnitArray) -> UnitArray:
    """One minus the absolute Spearman correlation between the unit's mean responses to the categories on the
    reference and on the shifted set: 0 where their order is kept (or wholly reversed), 1 where it is lost. Where
    means lie close, sampling alone loses some of the order: the floor says how much.

    Parameters
    ----------
    correlation : (unit,) of ranks

    Returns
    -------
    (unit,) from 0 to 1
        NaN for a unit that responds alike to all categories of one set (a dead unit does), and with fewer
        than three categories in both sets.

    References
    ----------
    Sarkar et al. (2023), Deephys, arXiv 2303.11912, section 4.5.
    """
    lost: UnitArray = 1 - np.abs(correlation)
    return lost
