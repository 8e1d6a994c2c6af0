"""How far the shift moved the distribution of a unit's responses."""

from __future__ import annotations

import numpy as np

from shiftscope.arrays import SampleUnitArray
from shiftscope.scores.score import Measured, unit_score


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
    both = np.concatenate([shifted, reference])
    order = both.argsort(axis=0)
    ordered = np.take_along_axis(both, order, axis=0).astype(np.float64)
    gap = np.diff(ordered, axis=0)
    ahead = np.where(order < n, 1 / n, -1 / m)[:-1].cumsum(axis=0)  # F - G between one response and the next
    ahead[np.abs(ahead) < 0.5 / (n * m)] = 0  # the smallest true difference is 1 / (n m)
    distance = (np.abs(ahead) * gap).sum(axis=0)
    # The integral of the sign up to each response.
    reached = np.zeros_like(ordered)
    np.cumsum(np.sign(ahead) * gap, axis=0, out=reached[1:])
    integral = np.empty_like(reached)
    np.put_along_axis(integral, order, reached, axis=0)
    mean, spread = reference.mean(axis=0, dtype=np.float64), reference.std(axis=0, dtype=np.float64)
    spread[spread == 0] = np.nan
    value = distance / spread
    widening = np.square((reference - mean) / spread) / 2  # of the standard deviation, as a share of it
    return Measured(value, (-integral[:n] / spread, integral[n:] / spread - value * widening))
