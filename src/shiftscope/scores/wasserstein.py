"""How far the shift moved the distribution of a unit's responses."""

from __future__ import annotations

import numpy as np

from shiftscope.arrays import SampleUnitArray
from shiftscope.scores.score import Measured, unit_score
from shiftscope.scores.steps import steps


@unit_score(reads="responses", measured_in="standard deviations of the reference", within=(0, np.inf))
def wasserstein(shifted: SampleUnitArray, reference: SampleUnitArray) -> Measured:
    """Mean distance by which responses have to be moved to turn the reference's distribution into the shifted
    one, over the reference's standard deviation: 0 where the distributions are the same.

    First-order Wasserstein distance, exact from the sorted responses. Never below zero, so chance alone keeps it
    a little above. Interval: resampled influences, the integral of sign(F - G) against each sample's step in F or
    G, and its part in the standard deviation; first order, so too narrow where the two sets hardly differ.

    Parameters
    ----------
    shifted, reference : (sample, unit) responses

    Returns
    -------
    Measured
        (unit,) in standard deviations, NaN for a unit that is constant on the reference.

    References
    ----------
    Vallender (1974), Calculation of the Wasserstein distance between probability distributions on the line.
    """
    n, m = len(shifted), len(reference)
    spread = reference.std(axis=0, dtype=np.float64)
    spread[spread == 0] = np.nan
    value, reached = np.empty(len(spread)), (np.empty(shifted.shape), np.empty(reference.shape))
    for unit in range(len(spread)):
        found = steps(shifted[:, unit], reference[:, unit])
        gap = np.diff(found.values)
        ahead = (np.cumsum(found.ours) / n - np.cumsum(found.theirs) / m)[
            :-1
        ]  # F - G from one response to the next
        ahead[np.abs(ahead) < 0.5 / (n * m)] = 0  # the smallest true difference is 1 / (n m)
        value[unit] = (np.abs(ahead) * gap).sum() / spread[unit]
        # The integral of the sign up to each response.
        integral = np.concatenate([[0], np.cumsum(np.sign(ahead) * gap)]) / spread[unit]
        reached[0][:, unit], reached[1][:, unit] = -integral[found.of_ours], integral[found.of_theirs]
    # Of the standard deviation, as a share of it.
    widening = np.square((reference - reference.mean(axis=0, dtype=np.float64)) / spread) / 2
    return Measured(value, (reached[0], reached[1] - value * widening))
