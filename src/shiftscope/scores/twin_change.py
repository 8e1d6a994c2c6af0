"""How much more a unit responds to the shifted twin of a sample."""

from __future__ import annotations

import numpy as np

from shiftscope.arrays import SampleUnitArray
from shiftscope.scores.score import Measured, unit_score
from shiftscope.statistics.clusters import Clusters
from shiftscope.statistics.swap_test import swap_test


@unit_score(
    reads="twins",
    measured_in="standard deviations",
    high="it responds more to the shifted twin; far below 0, less",
)
def twin_change(shifted: SampleUnitArray, reference: SampleUnitArray, clusters: Clusters) -> Measured:
    """Mean of the response to a shifted sample minus that to its twin in the reference, over the standard deviation of
    the responses to these twins: 0.5 where the shift alone moves a response by half of what tells images apart.

    p: exchange of the twins in each pair, in closed form, and over all exchanges where 16 pairs or fewer differ.
    Interval: of the mean, pairs drawn again; the deviation stays.

    Parameters
    ----------
    shifted, reference : (pair, unit) responses
    clusters
        Which pairs have one original; they count as one, by their mean.

    Returns
    -------
    Measured
        (unit,) NaN where the twins in the reference all have one response, and the unit responds otherwise to some of
        the shifted ones. p is NaN for a unit that no pair moves.
    """
    ours, theirs = (clusters.mean(side).astype(np.float64) for side in (shifted, reference))
    effects = ours - theirs
    deviation = theirs.std(axis=0)
    scale = np.where(deviation > 0, deviation, np.where((effects == 0).all(axis=0), 1, np.nan))
    sides = ours / scale, theirs / scale
    return Measured(effects.mean(axis=0) / scale, (effects / scale,), swap_test(effects), apart=sides)
