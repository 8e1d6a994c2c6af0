"""Whether a unit still prefers the same categories, or the opposite ones."""

from __future__ import annotations

from shiftscope.arrays import UnitArray
from shiftscope.scores.score import unit_score


@unit_score(
    reads="rank correlation",
    measured_in="-1 to 1",
    null=1.0,
    within=(-1, 1),
    high="it still prefers the same categories in the same order",
)
def profile_correlation(correlation: UnitArray) -> UnitArray:
    """Spearman correlation between the unit's mean responses to the categories on the reference and on the
    shifted set, with its sign: 1 where their order is kept, 0 where it is lost, -1 where it is reversed.

    Parameters
    ----------
    correlation : (unit,) of ranks

    Returns
    -------
    (unit,) from -1 to 1
        NaN where spurious is.

    References
    ----------
    Spearman (1904), The proof and measurement of association between two things.
    """
    return correlation
