"""Sums over samples that are drawn again with replacement."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]


def resampled_means(
    columns: FloatArray, order: npt.NDArray[np.intp], resamples: int, seed: int
) -> FloatArray:
    """(resample, column) means of (sample, column) numbers.

    Parameters
    ----------
    order
        Of the samples: two sets of equal size are drawn together, where theirs agree and the seed is the same.
    """
    rng = np.random.default_rng(seed)
    ordered, samples = columns[order], len(columns)
    means = np.full((resamples, columns.shape[1]), np.nan)
    if samples:
        for mean in means:
            times = np.bincount(rng.integers(0, samples, samples), minlength=samples)
            mean[:] = times @ ordered / samples
    return means
