"""How wrong an answer is."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from shiftscope.arrays import NO_LABEL


def cross_entropy(logits: npt.NDArray[Any], labels: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
    """(sample,) nats: minus the logarithm of the probability that softmax gives the label.

    Parameters
    ----------
    logits : (sample, category)
        NaN where a sample was skipped.
    labels : (sample,)
        NO_LABEL where there is none.

    Returns
    -------
    (sample,) nats
        NaN for a sample without a label or without logits.
    """
    values = logits.astype(np.float64)
    largest = values.max(axis=1, initial=-np.inf)
    total = np.log(np.exp(values - largest[:, None]).sum(axis=1)) + largest
    chosen = np.take_along_axis(values, np.maximum(labels, 0)[:, None], axis=1)[:, 0]
    return np.where(labels == NO_LABEL, np.nan, total - chosen)
