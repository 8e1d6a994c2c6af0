"""Responses, counts and logits as shares of something, NaN where there is nothing to share."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]


def over_reference_maximum(
    responses: npt.NDArray[Any], reference_maximum: npt.NDArray[np.floating[Any]]
) -> npt.NDArray[Any]:
    """(..., unit) responses over each unit's largest response in the reference.

    A unit whose reference maximum is not above zero has no scale: NaN.
    """
    return np.asarray(responses / np.where(reference_maximum > 0, reference_maximum, np.nan))


def share_of_row(counts: npt.NDArray[np.int64]) -> FloatArray:
    """(row, column) counts over their row's total; NaN for a row without any."""
    totals = counts.sum(axis=1, keepdims=True)
    return np.asarray(counts / np.where(totals > 0, totals, np.nan), np.float64)


def softmax(logits: npt.NDArray[Any]) -> FloatArray:
    """(category,) probabilities, the largest logit subtracted first so that none overflows."""
    weights = np.exp(logits.astype(np.float64) - logits.max())
    return np.asarray(weights / weights.sum(), np.float64)
