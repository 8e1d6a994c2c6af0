"""How much of a unit's strongest category response the shift took away."""

from __future__ import annotations

import numpy as np

from shiftscope.arrays import CategoryUnitArray, UnitArray
from shiftscope.scores.score import unit_score


@unit_score(
    reads="profiles",
    measured_in="share of the reference maximum",
    title="lost peak response (novelty)",
    high="the shift took its strongest response away",
)
def novelty(shifted: CategoryUnitArray, reference: CategoryUnitArray) -> UnitArray:
    """Largest mean response to any category on the reference minus the largest on the shifted set, both over
    the unit's reference maximum. Positive: the shifted set no longer shows what the unit responds to.

    The two largest may belong to different categories. A unit that only got dimmer also scores high.

    Parameters
    ----------
    shifted, reference : (category, unit) mean responses over the reference maximum

    Returns
    -------
    (unit,) share of the reference maximum
        NaN for a unit silent on the reference, or when no category has samples in both sets.

    References
    ----------
    Sarkar et al. (2023), Deephys, arXiv 2303.11912, section 4.4, as its notebooks compute it.
    """
    if not len(shifted):
        return np.full(shifted.shape[1], np.nan)
    taken: UnitArray = reference.max(axis=0) - shifted.max(axis=0)
    return taken
