"""How well a unit's response tells shifted samples from their twins in the reference."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from shiftscope.arrays import SampleUnitArray
from shiftscope.scores.score import Measured, unit_score
from shiftscope.statistics.clusters import Clusters
from shiftscope.statistics.empirical_cdf import EmpiricalCdf
from shiftscope.statistics.swap_test import swap_test


@unit_score(
    reads="twin steps",
    measured_in="probability",
    null=0.5,
    within=(0, 1),
    title="twin AUROC",
    high="it responds more to the shifted samples than to their twins; far below 0.5, less",
)
def twin_auroc(
    shifted: SampleUnitArray,
    reference: SampleUnitArray,
    clusters: Clusters,
    ordered: Sequence[EmpiricalCdf],
) -> Measured:
    """Shift AUROC of the samples that have twins: probability that the unit responds more to a random shifted sample
    than to a random one of the reference, ties counted half. Each image being its own control, it is known far better
    than without the twins.

    p: as of twin change, of the ranks of each pair among all samples. Interval: pairs drawn again, their placements
    (of each response among those of the other set) together.

    Parameters
    ----------
    shifted, reference : (pair, unit) responses
    clusters
        Which pairs have one original; they count as one, by their mean.
    ordered
        The steps of each unit.

    Returns
    -------
    Measured
        (unit,) from 0 to 1. p is NaN for a unit that no pair moves.

    References
    ----------
    DeLong, DeLong & Clarke-Pearson (1988), Biometrics 44.
    """
    pairs, units = shifted.shape
    ours, theirs, ranks = (np.empty((units, pairs)) for _ in range(3))
    for unit, steps in enumerate(ordered):
        by_ours, by_theirs = (np.cumsum(counts) - counts / 2 for counts in (steps.ours, steps.theirs))
        # Share of the reference below each shifted response, and of the shifted ones below each of the reference.
        np.take(by_theirs / pairs, steps.of_ours, out=ours[unit])
        np.take(by_ours / pairs, steps.of_theirs, out=theirs[unit])
        pooled = by_ours + by_theirs
        np.subtract(pooled.take(steps.of_ours), pooled.take(steps.of_theirs), out=ranks[unit])
    placed, against = clusters.mean(ours.T), clusters.mean(theirs.T)
    return Measured(
        placed.mean(axis=0), (placed - against,), swap_test(clusters.mean(ranks.T)), apart=(placed, against)
    )
