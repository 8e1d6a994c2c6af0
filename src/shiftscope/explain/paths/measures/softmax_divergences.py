"""Divergence between the softmax of samples, the mean over all pairs of two categories, without looking at a pair.

The mean over x and y of KL(p || q) is the mean of sum p ln p, less (mean p) times (mean ln q): sums of each category.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt

from shiftscope.explain.paths.counting.map_inputs import MapInputs
from shiftscope.threads import shared

AT_ONCE = 64  # samples of a block, whose exponentials stay in the cache

Matrix = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class SoftmaxDivergences:
    """Sums over the samples of each category."""

    samples: npt.NDArray[np.int64]  # (category,)
    shares: Matrix  # (category, feature) p
    logs: Matrix  # (category, feature) ln p
    own: npt.NDArray[np.float64]  # (category,) sum over features of p ln p

    @property
    def means(self) -> Matrix:
        """(category, category) nats, KL(row || column) of two different samples; NaN where there are none."""
        several = self.samples.astype(np.float64)
        sums = np.outer(self.own, several) - self.shares @ self.logs.T  # a sample and itself add 0
        pairs = np.outer(several, several) - np.diag(several)
        means: Matrix = np.divide(sums, pairs, out=np.full(sums.shape, np.nan), where=pairs > 0)
        return means


def softmax_divergences(entering: MapInputs, categories: int) -> SoftmaxDivergences:
    """One pass over the samples in double precision, some categories of them in memory at a time."""
    samples = entering.samples(categories)
    features = entering.responses.shape[1]
    shares, logs, own = (
        np.zeros((categories, features)),
        np.zeros((categories, features)),
        np.zeros(categories),
    )
    for first, last in entering.runs(samples):
        vectors = entering.of(first, last)
        ends = np.concatenate([[0], np.cumsum(samples[first:last])])
        rows = slice(first, last)
        add = partial(_add, vectors, ends, shares[rows], logs[rows], own[rows])
        shared(add, last - first, 16 * vectors.size, large=True)
    return SoftmaxDivergences(samples, shares, logs, own)


def _add(
    vectors: npt.NDArray[np.floating[Any]],
    ends: npt.NDArray[np.int64],
    shares: Matrix,
    logs: Matrix,
    own: npt.NDArray[np.float64],
    first: int,
    last: int,
) -> None:
    """Add to the sums of the categories from `first` to before `last`, whose samples lie between their `ends`."""
    from shiftscope.explain.paths.counting.tiles import widened

    for category in range(first, last):
        for start in range(ends[category], ends[category + 1], AT_ONCE):
            block = vectors[start : min(start + AT_ONCE, ends[category + 1])]
            below = (widened(block) if block.dtype == np.float16 else block).astype(np.float64)
            below -= below.max(axis=1, keepdims=True)
            powers = np.exp(below)
            totals = powers.sum(axis=1)
            offsets = np.log(totals)
            shares[category] += (1 / totals) @ powers
            logs[category] += below.sum(axis=0) - offsets.sum()
            own[category] += (np.einsum("sf,sf->s", powers, below) / totals - offsets).sum()
