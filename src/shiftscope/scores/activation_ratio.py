"""How far a unit's largest response reaches under the shift."""

from __future__ import annotations

import numpy as np

from shiftscope.arrays import UnitArray
from shiftscope.scores.score import unit_score


@unit_score(
    reads="maxima",
    measured_in="ratio",
    null=1.0,
    title="peak ratio (activation ratio)",
    high="the shift drives it beyond any response it had before",
)
def activation_ratio(shifted: UnitArray, reference: UnitArray) -> UnitArray:
    """Largest response on the shifted set over the largest on the reference set; undefined for a unit that
    never responds above zero on the reference.

    Parameters
    ----------
    shifted, reference : (unit,) responses

    Returns
    -------
    (unit,) ratio
        1 where the shift changed nothing, NaN where the reference maximum is not above zero.

    References
    ----------
    Sarkar et al. (2023), Deephys, arXiv 2303.11912, section 2.3.
    """
    no_answer = np.full_like(shifted, np.nan)
    return np.divide(shifted, reference, out=no_answer, where=reference > 0)
