"""Which place the label has among a sample's answers."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from shiftscope.arrays import NO_LABEL


def label_rank(logits: npt.NDArray[Any], labels: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """(sample,) how many categories come before the label, by their logits: 0 where it is the prediction.

    Of equal logits the earlier category comes first, as for the prediction. The answer is among the first five where
    fewer than five come before.

    Parameters
    ----------
    logits : (sample, category)
        NaN where a sample was skipped.
    labels : (sample,)
        NO_LABEL where there is none.

    Returns
    -------
    (sample,) places from 0 on
        NO_LABEL for a sample without a label or without logits.
    """
    chosen = np.maximum(labels, 0)[:, None]
    own = np.take_along_axis(logits, chosen, axis=1)
    before = (logits > own) | ((logits == own) & (np.arange(logits.shape[1]) < chosen))
    known = (labels != NO_LABEL) & ~np.isnan(own[:, 0])
    return np.where(known, before.sum(axis=1), NO_LABEL)
