"""How much more often a unit fires under the shift."""

from __future__ import annotations

import numpy as np

from shiftscope.arrays import SampleUnitArray
from shiftscope.scores.score import Measured, unit_score
from shiftscope.statistics.two_sided import two_sided


@unit_score(
    reads="responses",
    measured_in="share of the samples",
    within=(-1, 1),
    title="change of firing rate (rate change)",
    high="it fires on more samples than before",
)
def rate_change(shifted: SampleUnitArray, reference: SampleUnitArray) -> Measured:
    """Share of the shifted samples with a response above zero, minus that share of the reference: 0.1 where the
    unit fires on ten more samples in a hundred. The mix of categories counts too, as in shift auroc.

    p: two proportions with a pooled standard error, two-sided.

    Parameters
    ----------
    shifted, reference : (sample, unit) responses

    Returns
    -------
    Measured
        (unit,) from -1 to 1. p is NaN for a unit that fires always, or never, on both sets.
    """
    n, m = len(shifted), len(reference)
    fires = (shifted > 0).astype(np.float32), (reference > 0).astype(np.float32)
    rates = [fired.mean(axis=0, dtype=np.float64) for fired in fires]
    pooled = (n * rates[0] + m * rates[1]) / (n + m)
    error = np.sqrt(pooled * (1 - pooled) * (1 / n + 1 / m))
    change = rates[0] - rates[1]
    return Measured(change, (fires[0], -fires[1]), two_sided(change, error))
