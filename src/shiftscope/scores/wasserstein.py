"""How far the shift moved the distribution of a unit's responses."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from shiftscope.arrays import SampleUnitArray
from shiftscope.scores.score import Measured, unit_score
from shiftscope.statistics.empirical_cdf import EmpiricalCdf


@unit_score(
    reads="steps",
    measured_in="standard deviations of the reference",
    within=(0, np.inf),
    title="marginal change (Wasserstein)",
    high="it responds otherwise than before, over all samples together",
)
def wasserstein(
    shifted: SampleUnitArray, reference: SampleUnitArray, ordered: Sequence[EmpiricalCdf]
) -> Measured:
    """Mean distance by which responses have to be moved to turn the reference's distribution into the shifted
    one, over the reference's standard deviation: 0 where the distributions are the same.

    First-order Wasserstein distance, exact from the sorted responses. Never below zero, so chance alone keeps it
    a little above. Interval: resampled influences, the integral of sign(F - G) against each sample's step in F or
    G, and its part in the standard deviation; first order, so too narrow where the two sets hardly differ.

    Parameters
    ----------
    shifted, reference : (sample, unit) responses
    ordered
        The steps of each unit.

    Returns
    -------
    Measured
        (unit,) in standard deviations, NaN for a unit that is constant on the reference.

    References
    ----------
    Vallender (1974), Calculation of the Wasserstein distance between probability distributions on the line.
    """
    n, m = len(shifted), len(reference)
    mean, spread = reference.mean(axis=0, dtype=np.float64), reference.std(axis=0, dtype=np.float64)
    spread[spread == 0] = np.nan
    value = np.empty(len(ordered))
    influences = np.empty(shifted.shape[::-1]), np.empty(reference.shape[::-1])
    for unit, steps in enumerate(ordered):
        gap = np.diff(steps.values)
        ahead = (np.cumsum(steps.ours) / n - np.cumsum(steps.theirs) / m)[
            :-1
        ]  # F - G from one response to the next
        ahead[np.abs(ahead) < 0.5 / (n * m)] = 0  # the smallest true difference is 1 / (n m)
        value[unit] = (np.abs(ahead) * gap).sum() / spread[unit]
        # The integral of the sign up to each response.
        integral = np.concatenate([[0], np.cumsum(np.sign(ahead) * gap)]) / spread[unit]
        widening = (
            np.square((steps.values - mean[unit]) / spread[unit]) / 2
        )  # of the deviation, as a share of it
        np.take(-integral, steps.of_ours, out=influences[0][unit])
        np.take(integral - value[unit] * widening, steps.of_theirs, out=influences[1][unit])
    return Measured(value, (influences[0].T, influences[1].T))
