"""Samples of one dataset in random halves."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from shiftscope.statistics.bootstrap import Draws

FEWEST_SAMPLES = 2  # of a label that can be halved


def halves(labels: npt.NDArray[np.int64], times: int, rng: np.random.Generator) -> Draws:
    """(half, sample) 1 for the samples of each half: `times` first halves, then the second one of each.

    Each label is halved by itself; of an odd number the second half has the one more.

    Parameters
    ----------
    labels : (sample,) sorted
    """
    first = np.searchsorted(labels, labels, side="left")
    smaller = (np.searchsorted(labels, labels, side="right") - first) // 2
    drawn = np.empty((times, len(labels)), np.uint8)
    for half in drawn:
        order = np.lexsort((rng.random(len(labels)), labels))
        half[order] = np.arange(len(labels)) - first < smaller
    return np.concatenate([drawn, 1 - drawn])
