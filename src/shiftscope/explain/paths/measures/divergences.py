"""Kullback-Leibler divergence between the path statistics of categories, all pairs at once.

With L = ln p / (1 - p) and F = -ln(1 - p), the sum over paths of the divergence of two Bernoulli distributions is
sum p_a (L_a - L_b) + F_b - F_a. With any numbers p0, L0 for each path, G = (P - p0)(L - L0)^T and
f = sum F - p0 (L - L0) it becomes G_aa - G_ab + f_b - f_a: one matrix product for all pairs, of numbers near zero,
with an exact zero on the diagonal.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from itertools import repeat
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from shiftscope.errors import ShapeError
from shiftscope.explain.paths.counting.path_counts import PathCounts
from shiftscope.explain.paths.measures.frequencies import Frequencies
from shiftscope.threads import shared

T = TypeVar("T", bound=np.generic)
Matrix = npt.NDArray[np.float64]  # (row, row)
Counts = npt.NDArray[np.unsignedinteger[Any]]  # (category, path)
Single = npt.NDArray[np.float32]  # (row, path)
Middle = tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]  # (path,) frequency and logit

AT_ONCE = 16_384  # paths of a block; of 1,000 categories they take 150 MB
MIDDLE = 1e-4  # a frequency's distance from 0 and 1 at least, where the others are centred


@dataclass(frozen=True, eq=False)
class Divergences:
    """Of each pair of categories, the last row and column being all categories together; NaN without samples."""

    kl: Matrix  # nats, the mean over paths of KL(row || column); infinite only without smoothing
    infinite: npt.NDArray[np.int64]  # (row, row) paths whose term is infinite; all 0 with smoothing


def divergences(first: PathCounts, frequencies: Frequencies, second: PathCounts | None = None) -> Divergences:
    """KL(a || b) for rows a of `first` and columns b of `second`, or of `first` again.

    Paths are streamed: beside the counts, memory is that of the matrices and of a block.

    Raises
    ------
    ShapeError
        The two were counted on maps of different shapes.

    References
    ----------
    Khaitan & Banerjee, arXiv 2605.21313, for what is compared; Bregman form of the divergence: Banerjee et al. (2005),
    Clustering with Bregman divergences.
    """
    if second is not None and (second.paths, second.columns) != (first.paths, first.columns):
        raise ShapeError(f"{first.paths} paths and {second.paths} cannot be compared.")
    left = _Rows(first, frequencies)
    right = left if second is None else _Rows(second, frequencies)
    gram = np.zeros((left.size, right.size))
    infinite = np.zeros((left.size, right.size), np.int64)
    others = repeat(None) if second is None else second.blocks(AT_ONCE)
    for block, other in zip(first.blocks(AT_ONCE), others, strict=False):
        totals = left.totals(block)
        middle = left.middle(totals)
        p, logits = left.centred(block, totals, middle)
        theirs = logits if other is None else right.centred(other, right.totals(other), middle)[1]
        gram += p @ theirs.T
        if other is not None:
            left.own += np.einsum("rp,rp->r", p, logits, dtype=np.float64)
        if frequencies.smoothing == "none":
            infinite += left.infinite(block, right, block if other is None else other)
    own = np.diag(gram) if second is None else left.own
    with np.errstate(invalid="ignore"):
        kl = (own[:, None] - gram + right.offsets()[None] - left.offsets()[:, None]) / first.paths
    kl = np.maximum(kl, 0)  # it is never negative, rounding may be
    kl[infinite > 0] = np.inf
    return Divergences(_spread(kl, left, right, np.nan), _spread(infinite, left, right, 0))


class _Rows:
    """The categories with samples, and all together, of one set of counts, while blocks go by."""

    def __init__(self, counts: PathCounts, frequencies: Frequencies) -> None:
        self.frequencies = frequencies
        self.categories = np.flatnonzero(counts.samples)
        self.samples = counts.samples[self.categories]
        self.all_samples = counts.all_samples
        self.size = len(self.categories) + 1 if len(self.categories) else 0
        self.where = np.append(self.categories, len(counts.samples))[: self.size]
        self.total = len(counts.samples) + 1
        self.own = np.zeros(self.size)
        tables = [frequencies.of(np.arange(n + 1), int(n)) for n in self.samples]
        p = np.concatenate([*tables, np.zeros(0)])
        self._starts = np.concatenate([[0], np.cumsum(self.samples + 1)[:-1]]).astype(np.int64)
        self._frequency, self._logit = p.astype(np.float32), _logit(p).astype(np.float32)
        self._surprise = -np.log1p(-p)
        self._offsets = np.zeros(self.size)
        widest = max(AT_ONCE, counts.columns)
        self._kept = np.empty(
            (2, self.size * widest), np.float32
        )  # new memory for each block costs as much as filling it

    def totals(self, block: Counts) -> npt.NDArray[np.int64]:
        """(path,) counts of all categories together."""
        from shiftscope.explain.paths.measures.transform import sum_rows

        totals = np.zeros(block.shape[1], np.int64)
        shared(partial(sum_rows, block, self.categories, totals), len(totals), block.size)
        return totals

    def middle(self, totals: npt.NDArray[np.int64]) -> Middle:
        """(path,) frequency and logit of all together, which those of the categories lie around."""
        p = np.clip(totals / max(self.all_samples, 1), MIDDLE, 1 - MIDDLE)
        return p.astype(np.float32), _logit(p).astype(np.float32)

    def centred(self, block: Counts, totals: npt.NDArray[np.int64], middle: Middle) -> tuple[Single, Single]:
        """(row, path) frequencies and logits minus the middle, until the next block; adds up the formula's offsets."""
        from shiftscope.explain.paths.measures.transform import centre_rows

        shape = (self.size, block.shape[1])
        p, logits = (kept[: shape[0] * shape[1]].reshape(shape) for kept in self._kept)
        tables = (self._starts, self._frequency, self._logit, self._surprise)

        def some(first: int, last: int) -> None:
            centre_rows(block, self.categories, *tables, *middle, p, logits, self._offsets, first, last)

        shared(some, len(self.categories), block.size)
        if self.size:
            of_all = self.frequencies.of(totals, self.all_samples)
            p[-1], logits[-1] = of_all - middle[0], _logit(of_all) - middle[1]
            self._offsets[-1] += float((-np.log1p(-of_all)).sum() - middle[0].astype(np.float64) @ logits[-1])
        return p, logits

    def offsets(self) -> npt.NDArray[np.float64]:
        """(row,) f of the formula."""
        return self._offsets

    def infinite(self, block: Counts, other: _Rows, theirs: Counts) -> npt.NDArray[np.int64]:
        """(row, row) paths that the other never shows and this one does, or always and this one does not."""
        (never, always), (seldom, often) = self._extremes(block), other._extremes(theirs)
        products = (~never).astype(np.float32) @ seldom.T.astype(np.float32)
        products += (~always).astype(np.float32) @ often.T.astype(np.float32)
        return np.rint(products).astype(np.int64)

    def _extremes(self, block: Counts) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
        """(row, path) whether no sample shows a path, and whether all do."""
        here = block[self.categories].astype(np.int64)
        counts = np.vstack([here, here.sum(axis=0)])[: self.size]
        return counts == 0, counts == np.append(self.samples, self.all_samples)[: self.size, None]


def _logit(p: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    return np.log(p) - np.log1p(-p)


def _spread(values: npt.NDArray[T], left: _Rows, right: _Rows, empty: float) -> npt.NDArray[T]:
    """The matrix with a row and column for categories without samples too."""
    whole = np.full((left.total, right.total), empty, values.dtype)
    whole[np.ix_(left.where, right.where)] = values
    return whole
