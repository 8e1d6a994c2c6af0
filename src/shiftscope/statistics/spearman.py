"""Spearman's correlation along the last axis, alone and given a third number."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from shiftscope.statistics.average_ranks import average_ranks

FloatArray = npt.NDArray[np.floating[Any]]

FEWEST = 3  # two pairs always correlate by +1 or -1
ALIKE = 1e-12  # 1 - r² from which on two rankings are the same but for rounding


def spearman(ours: FloatArray, theirs: FloatArray) -> npt.NDArray[np.float64]:
    """(...,) correlation of the ranks of (..., item), ties by average rank.

    NaN where one side is constant or has a missing number, and with fewer than three items.

    References
    ----------
    Spearman (1904), The proof and measurement of association between two things.
    """
    if ours.shape[-1] < FEWEST:
        return np.full(np.broadcast_shapes(ours.shape, theirs.shape)[:-1], np.nan)
    a, b = (_centred(each) for each in (ours, theirs))
    spread = np.sqrt((a**2).sum(axis=-1) * (b**2).sum(axis=-1))
    return np.asarray(np.clip((a * b).sum(axis=-1) / np.where(spread > 0, spread, np.nan), -1, 1))


def partial_spearman(ours: FloatArray, theirs: FloatArray, given: FloatArray) -> npt.NDArray[np.float64]:
    """(...,) correlation of the ranks of (..., item) that is left when what both share with `given` is taken away.

    NaN as in `spearman`, and where one side has the ranks of `given`.
    """
    r, a, b = spearman(ours, theirs), spearman(ours, given), spearman(theirs, given)
    left = (1 - a**2) * (1 - b**2)
    undefined = (1 - a**2 < ALIKE) | (1 - b**2 < ALIKE)
    return np.asarray(np.clip((r - a * b) / np.sqrt(np.where(undefined, np.nan, left)), -1, 1))


def _centred(numbers: FloatArray) -> npt.NDArray[np.float64]:
    return np.asarray(average_ranks(numbers) - (numbers.shape[-1] + 1) / 2)
