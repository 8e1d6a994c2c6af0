"""Which units argue for the answers that are wrong."""

from __future__ import annotations

import numpy as np

from shiftscope.arrays import SampleUnitArray
from shiftscope.scores.score import Measured, unit_score
from shiftscope.scores.standard_error import standard_error
from shiftscope.scores.two_sided import two_sided


@unit_score(reads="contributions", measured_in="logits")
def blame(wrong: SampleUnitArray, right: SampleUnitArray) -> Measured:
    """Mean contribution of the unit to the predicted category where the prediction is wrong, minus the same where
    it is right, on the dataset itself: positive for a unit that argues for wrong answers more than for right ones.

    A contribution is the response times the weight into the predicted category less the mean weight into all
    categories, since what is added to all logits changes no answer. p: the larger of Welch's and Student's, two-sided.

    Welch's alone finds too much where wrong answers are few and contributions skewed: the few then miss the large
    ones and seem to vary little. Student's alone does where the few vary more than the many.

    Parameters
    ----------
    wrong, right : (sample, unit) contributions, in logits

    Returns
    -------
    Measured
        (unit,) in logits. Without wrong or without right answers, and at a layer that does not feed the head,
        units have none. p is NaN with fewer than two of either, and for a unit that contributes a constant.

    References
    ----------
    Welch (1947), The generalization of 'Student's' problem when several different population variances are involved.
    """
    sets = wrong, right
    counts = len(wrong), len(right)
    difference = wrong.mean(axis=0, dtype=np.float64) - right.mean(axis=0, dtype=np.float64)
    if min(counts) < 2:
        # One sample on a side says nothing of how far the mean would move: neither an interval nor a test.
        unknown = (np.full_like(wrong, np.nan), np.full_like(right, np.nan))
        return Measured(difference, unknown, np.full_like(difference, np.nan))
    spreads = [numbers.var(axis=0, ddof=1, dtype=np.float64) for numbers in sets]
    welch, freedom = standard_error(spreads, counts)
    pooled = sum(spread * (count - 1) for spread, count in zip(spreads, counts, strict=True)) / (
        sum(counts) - 2
    )
    student = pooled * sum(1 / count for count in counts)
    p = np.maximum(
        two_sided(difference, welch, freedom=freedom),
        two_sided(difference, np.sqrt(student), freedom=sum(counts) - 2),
    )
    return Measured(difference, (wrong, -right), p)
