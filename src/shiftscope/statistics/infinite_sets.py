"""What resamples say of infinite sets."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from shiftscope.arrays import UnitArray


def of_infinite_sets(
    resampled: npt.NDArray[np.floating[Any]], value: UnitArray, expected: UnitArray
) -> npt.NDArray[np.float64]:
    """(resample, unit) rank correlations as infinite sets would have them.

    A resample adds the noise of sampling once more, so resamples are moved to have the value as their mean; then they
    are divided by what that noise leaves of a perfect correlation (Spearman's correction for attenuation).

    Parameters
    ----------
    resampled : (resample, unit) correlations
    value, expected : (unit,)
        The correlation that was observed, and the one to be expected of sets that differ by sampling alone.

    Returns
    -------
    (resample, unit)
        NaN where sampling leaves nothing of a correlation.

    References
    ----------
    Spearman (1904), The proof and measurement of association between two things.
    """
    known = ~np.isnan(resampled)
    mean = np.where(known, resampled, 0).sum(axis=0) / np.maximum(known.sum(axis=0), 1)
    stretched = (resampled + (value - mean)) / np.where(expected > 0, expected, np.nan)
    return np.asarray(np.clip(stretched, -1, 1))
