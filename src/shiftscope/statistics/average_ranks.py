"""Ranks of numbers, ties shared."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt


def average_ranks(numbers: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """(..., item) ranks from 1 on, smallest first, ties by average rank; all NaN where one number is missing."""
    from scipy.stats import rankdata

    given: npt.NDArray[Any] = np.asarray(numbers, np.float64)
    ranks = np.asarray(rankdata(given, axis=-1), np.float64) if given.size else given
    missing = np.isnan(given).any(axis=-1, keepdims=True)
    return np.where(missing, np.nan, ranks)
