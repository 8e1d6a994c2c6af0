"""Which units a score finds changed beyond chance."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from shiftscope.scores.estimation.estimate import Estimate
from shiftscope.scores.score import UnitScore

LARGEST_Q = 0.05


def beyond_chance(score: UnitScore, estimate: Estimate) -> npt.NDArray[np.bool_]:
    """(unit,) whether the score differs from no change by more than chance makes of it.

    By its test, at a false discovery share below 0.05. A score without one: its 95 % interval holds neither the value
    that means no change nor what sampling alone makes of the score. No unit of a score that compares nothing, of one
    that sampling alone keeps from no change and that has no floor, and of one of maxima, which resampling only lowers.
    A flat unit is never among those of a score with a floor.
    """
    nobody = np.zeros(len(estimate.value), bool)
    if not score.compares or score.null is None or score.reads == "maxima":
        return nobody
    if estimate.q is not None:
        return np.asarray(estimate.q < LARGEST_Q)
    if estimate.floor is not None:
        low, high = np.fmin(score.null, estimate.floor), np.fmax(score.null, estimate.floor)
        known = np.isfinite(estimate.floor) & ~estimate.flat
        return np.asarray(known & ((estimate.low > high) | (estimate.high < low)))
    if score.null in score.within:
        return nobody
    return np.asarray((estimate.low > score.null) | (estimate.high < score.null))
