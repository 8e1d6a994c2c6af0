"""Whether a unit responds alike to all categories."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from shiftscope.arrays import UnitArray

Means = npt.NDArray[np.floating[Any]]  # (category, unit)


def equal_means(means: Means, within: Means, counts: npt.NDArray[np.int64]) -> UnitArray:
    """(unit,) p of the one-way F test: chance of means so far apart where all categories have the same one.

    Parameters
    ----------
    means, within : (category, unit)
        Mean responses, and sums of squared deviations from them.
    counts : (category,)
        Samples.

    Returns
    -------
    (unit,)
        NaN for a unit that responds alike to everything.

    References
    ----------
    Fisher (1925), Statistical Methods for Research Workers.
    """
    from scipy.special import fdtrc

    samples, categories = int(counts.sum()), len(counts)
    between = counts @ (means - counts @ means / samples) ** 2
    freedom = categories - 1, samples - categories
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = (between / freedom[0]) / (within.sum(axis=0) / freedom[1])
    return np.asarray(fdtrc(*freedom, ratio), np.float64)
