"""One sample that stands for a dataset, and the same one in others."""

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


@lru_cache(maxsize=4096)
def position_of(samples: Samples, name: str) -> int | None:
    """Where the sample of an id is; None where there is none, or several."""
    wanted, found, start = name.encode(), [], 0
    for chunk in samples.column("id").chunks:
        _, ends, text = chunk.buffers()
        edges = np.frombuffer(ends, np.int32)[chunk.offset : chunk.offset + len(chunk) + 1]
        letters = np.frombuffer(text, np.uint8) if text else np.empty(0, np.uint8)
        at = np.flatnonzero(np.diff(edges) == len(wanted))
        for back, letter in enumerate(reversed(wanted), 1):  # ids differ most at their end
            at = at[letters[edges[at + 1] - back] == letter]
        found += [start + int(position) for position in at]
        start += len(chunk)
    return found[0] if len(found) == 1 else None
