"""Novelty of a unit that was first brought back to its old brightness."""

from __future__ import annotations

from shiftscope.arrays import CategoryUnitArray, UnitArray
from shiftscope.scores.novelty import novelty
from shiftscope.scores.score import unit_score


@unit_score(
    reads="matched profiles",
    measured_in="share of the reference maximum",
    title="lost peak response, scale matched (novelty matched)",
    high="its strongest response is gone, and not because all of its responses are weaker",
)
def novelty_matched(shifted: CategoryUnitArray, reference: CategoryUnitArray) -> UnitArray:
    """Novelty after the unit's shifted responses were multiplied by its median response on the reference over that
    on the shifted set, so that a unit which only got dimmer is at 0 and what is left is new.

    Medians are of the size of the responses that are not zero. Interval: the resamples keep the factor of the whole
    sets.

    Parameters
    ----------
    shifted, reference : (category, unit) mean responses over the reference maximum, shifted ones matched

    Returns
    -------
    (unit,) share of the reference maximum
        NaN where novelty is, and for a unit without any response but zero in one of the sets.
    """
    return novelty(shifted, reference)
