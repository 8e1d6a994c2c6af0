"""How often a unit responds more to the shifted twin."""

from __future__ import annotations

import numpy as np

from shiftscope.arrays import SampleUnitArray
from shiftscope.scores.score import Measured, unit_score
from shiftscope.statistics.clusters import Clusters
from shiftscope.statistics.exact_sign import exact_sign


@unit_score(
    reads="twins",
    measured_in="probability",
    null=0.5,
    within=(0, 1),
    high="nearly every shifted twin gives the larger response; near 0, nearly none",
)
def twin_increase(shifted: SampleUnitArray, reference: SampleUnitArray, clusters: Clusters) -> Measured:
    """Share of the pairs in which the unit responds more to the shifted sample than to its own twin, equal ones
    counted half. Near 0 or 1 where a change, however small, is consistent; twin change says how large it is.

    p: the exact sign test over the pairs that differ, two-sided.

    Parameters
    ----------
    shifted, reference : (pair, unit) responses
    clusters
        Which pairs have one original; they count as one, by their mean.

    Returns
    -------
    Measured
        (unit,) from 0 to 1. p is NaN for a unit that no pair moves.
    """
    above = clusters.mean((np.sign(shifted - reference) + 1) / 2)
    p = exact_sign((above > 0.5).sum(axis=0), (above < 0.5).sum(axis=0))
    return Measured(above.mean(axis=0, dtype=np.float64), (above,), p)
