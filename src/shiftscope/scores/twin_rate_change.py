"""How much more often a unit fires on the shifted twins."""

from __future__ import annotations

import numpy as np

from shiftscope.arrays import SampleUnitArray
from shiftscope.scores.score import Measured, unit_score
from shiftscope.statistics.agresti_min import agresti_min
from shiftscope.statistics.clusters import Clusters
from shiftscope.statistics.mcnemar import mcnemar
from shiftscope.statistics.swap_test import swap_test


@unit_score(
    reads="twins",
    measured_in="share of the samples",
    within=(-1, 1),
    high="it fires on more of the shifted twins; below 0, on fewer",
)
def twin_rate_change(shifted: SampleUnitArray, reference: SampleUnitArray, clusters: Clusters) -> Measured:
    """Share of the shifted samples with a response above zero, minus that share of their twins in the reference. It
    has little to say of a unit that fires on nearly everything.

    p: McNemar's test of the pairs in which one fires and the other does not; of clusters of unlike pairs the exchange
    of their means. Interval: Agresti and Min's.

    Parameters
    ----------
    shifted, reference : (pair, unit) responses
    clusters
        Which pairs have one original; they count as one, by their mean.

    Returns
    -------
    Measured
        (unit,) from -1 to 1. p is NaN for a unit that fires on the same twins.
    """
    fires = [clusters.mean((side > 0).astype(np.float32)) for side in (shifted, reference)]
    effects = fires[0] - fires[1]
    gained, lost = (np.maximum(sign * effects, 0).sum(axis=0, dtype=np.float64) for sign in (1, -1))
    whole = (effects == np.rint(effects)).all(axis=0)
    p = np.full(len(whole), np.nan)
    for unit in np.flatnonzero(whole & (gained + lost > 0)):
        p[unit] = mcnemar(int(gained[unit]), int(lost[unit]))
    p[~whole] = swap_test(effects[:, ~whole])
    change, low, high = agresti_min(gained, lost, len(clusters))
    return Measured(change, (effects,), p, ends=(low, high), apart=(fires[0], fires[1]))
