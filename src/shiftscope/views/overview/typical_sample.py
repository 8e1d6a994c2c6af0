"""One sample that stands for a dataset."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from shiftscope.outcomes.outcomes import right_and_wrong
from shiftscope.store.formats.samples import Samples


@lru_cache(maxsize=1024)
def typical_sample(samples: Samples, category: int | None = None) -> int | None:
    """The position of the median one by confidence of those classified right; None where there is none.

    Without labels, of all that were shown. Of an even number the surer of the two.

    Parameters
    ----------
    category
        Only samples labelled so.
    """
    right, wrong = right_and_wrong(samples)
    told = right if (right | wrong).any() else samples.predictions >= 0
    chosen = np.flatnonzero(told if category is None else told & (samples.labels == category))
    if not len(chosen):
        return None
    order = np.argsort(samples.confidences[chosen], kind="stable")
    return int(chosen[order[len(chosen) // 2]])
