"""How well a unit's response alone tells the shifted set from the reference."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from shiftscope.arrays import SampleUnitArray
from shiftscope.scores.score import Measured, unit_score
from shiftscope.statistics.empirical_cdf import EmpiricalCdf
from shiftscope.statistics.two_sided import two_sided


@unit_score(
    reads="steps",
    measured_in="probability",
    null=0.5,
    within=(0, 1),
    title="shift AUROC",
    high="it responds more to the shifted set than to the reference; far below 0.5, less",
)
def shift_auroc(
    shifted: SampleUnitArray, reference: SampleUnitArray, ordered: Sequence[EmpiricalCdf]
) -> Measured:
    """Probability that the unit responds more to a random shifted sample than to a random one of the reference,
    ties counted half: 0.5 where no threshold tells the two sets apart, 1 where every shifted response is larger.

    The mix of categories counts too: sets of other categories differ although each category looks the same.
    p: Mann-Whitney, two-sided, normal approximation corrected for ties. Interval: resampled placements (of each
    response among those of the other set), whose mean is the value.

    Parameters
    ----------
    shifted, reference : (sample, unit) responses
    ordered
        The steps of each unit.

    Returns
    -------
    Measured
        (unit,) from 0 to 1. p is NaN for a unit that responds alike to everything.

    References
    ----------
    Mann & Whitney (1947). DeLong, DeLong & Clarke-Pearson (1988), Biometrics 44.
    """
    n, m = len(shifted), len(reference)
    below, above = np.empty(shifted.shape[::-1]), np.empty(reference.shape[::-1])
    variance = np.empty(len(ordered))
    for unit, steps in enumerate(ordered):
        reached = [np.cumsum(counts) - counts / 2 for counts in (steps.ours, steps.theirs)]
        # Share of the reference below each shifted response, and of the shifted ones above each of the reference.
        np.take(reached[1] / m, steps.of_ours, out=below[unit])
        np.take(1 - reached[0] / n, steps.of_theirs, out=above[unit])
        # The spread of the ranks of both sets together is what ties leave of it.
        ties = (steps.ours + steps.theirs).astype(np.float64)
        spread = ((n + m) ** 3 - (ties**3).sum()) / 12
        variance[unit] = spread / (n * m * (n + m) * max(1, n + m - 1))
    value = below.mean(axis=1)
    return Measured(value, (below.T, above.T), two_sided(value - 0.5, np.sqrt(variance)))
