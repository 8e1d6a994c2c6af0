"""How well a unit's response alone tells the shifted set from the reference."""

from __future__ import annotations

import numpy as np

from shiftscope.arrays import SampleUnitArray
from shiftscope.scores.score import Measured, unit_score
from shiftscope.scores.two_sided import two_sided


@unit_score(reads="responses", measured_in="probability", null=0.5, within=(0, 1))
def shift_auroc(shifted: SampleUnitArray, reference: SampleUnitArray) -> Measured:
    """Probability that the unit responds more to a random shifted sample than to a random one of the reference,
    ties counted half: 0.5 where no threshold tells the two sets apart, 1 where every shifted response is larger.

    The mix of categories counts too: sets of other categories differ although each category looks the same.
    p: Mann-Whitney, two-sided, normal approximation corrected for ties. Interval: resampled placements (of each
    response among those of the other set), whose mean is the value.

    Parameters
    ----------
    shifted, reference : (sample, unit) responses

    Returns
    -------
    Measured
        (unit,) from 0 to 1. p is NaN for a unit that responds alike to everything.

    References
    ----------
    Mann & Whitney (1947). DeLong, DeLong & Clarke-Pearson (1988), Biometrics 44.
    """
    from scipy.stats import rankdata

    n, m = len(shifted), len(reference)
    ranks = rankdata(np.concatenate([shifted, reference]), axis=0)
    below = (ranks[:n] - rankdata(shifted, axis=0)) / m  # share of the reference below each shifted response
    above = 1 - (ranks[n:] - rankdata(reference, axis=0)) / n
    value = below.mean(axis=0)
    # The ranks' own spread is what ties leave of it.
    variance = np.square(ranks - (n + m + 1) / 2).sum(axis=0) / (n * m * (n + m) * max(1, n + m - 1))
    return Measured(value, (below, above), two_sided(value - 0.5, np.sqrt(variance)))
