"""How a score is spread over the units of a layer: a Gaussian kernel density."""

from __future__ import annotations

import numpy as np

from shiftscope.arrays import UnitArray

REACH = 3.0  # bandwidths beyond the outermost values, as seaborn draws them


def scott_bandwidth(values: UnitArray) -> float:
    """Width of the kernel: the values' standard deviation over the fifth root of their number.

    Parameters
    ----------
    values : (unit,) without NaN

    Returns
    -------
    float
        In units of the values; 0 for fewer than two values, or equal ones: they have no density.

    References
    ----------
    Scott (1992), Multivariate Density Estimation; as `scipy.stats.gaussian_kde` and `seaborn.kdeplot`.
    """
    return float(np.std(values, ddof=1) * len(values) ** -0.2) if len(values) > 1 else 0.0


def density(values: UnitArray, at: UnitArray) -> UnitArray:
    """Gaussian kernel density with Scott's bandwidth.

    Parameters
    ----------
    values : (unit,) without NaN
    at : (point,)

    Returns
    -------
    (point,)
        Share of units per unit of the score; NaN where the bandwidth is 0.
    """
    width = scott_bandwidth(values)
    if not width > 0:
        return np.full(len(at), np.nan)
    heights = np.zeros(len(at))
    for block in np.array_split(values, max(1, len(values) // 1024)):  # (point, block) at a time
        heights += np.exp(-0.5 * ((at[:, None] - block) / width) ** 2).sum(axis=1)
    return np.asarray(heights / (len(values) * width * np.sqrt(2 * np.pi)))
