"""Euclidean distances between the samples of all categories, a tile of one matrix product after another.

The square of a distance is |x|² + |y|² - 2 xy. Its parts cancel where two samples are near each other and far from
zero: so the mean of all is subtracted first, and what is still near is computed from the differences.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations_with_replacement
from typing import Any

import numpy as np
import numpy.typing as npt

from shiftscope.errors import ShapeError
from shiftscope.threads import shared

AT_ONCE = 1024  # samples on a side of a tile; its products take 4 MB
NEAR = 2.0**-8  # of |x|² + |y|²: a square below it would have lost 8 bits

Matrix = npt.NDArray[np.float64]  # (category, category)


@dataclass(frozen=True, eq=False)
class Distances:
    """Sums over pairs of samples; those of two categories put together are the sums of their rows and columns."""

    samples: npt.NDArray[np.int64]  # (category,)
    sums: Matrix  # over ordered pairs of a sample of the row and one of the column

    @property
    def means(self) -> Matrix:
        """Mean distance of two different samples, one of the row and one of the column; NaN where there are none."""
        pairs = np.outer(self.samples, self.samples) - np.diag(self.samples)
        means: Matrix = np.divide(self.sums, pairs, out=np.full(self.sums.shape, np.nan), where=pairs > 0)
        return means

    @property
    def energy(self) -> Matrix:
        """2 E|X - Y| - E|X - X'| - E|Y - Y'|, without bias; NaN where one of the two has fewer than two samples.

        References
        ----------
        Székely & Rizzo (2013), Energy statistics: a class of statistics based on distances.
        """
        means = self.means
        within = np.diag(means)
        return 2 * means - within[:, None] - within[None]


def distances(vectors: npt.NDArray[np.floating[Any]], samples: npt.NDArray[np.int64]) -> Distances:
    """Distances of all pairs of the samples that stand one category after the other.

    Numbers of half and single precision are multiplied in single precision, others in double precision; memory is that
    of a copy of the vectors in that precision, and of a tile for each thread. In single precision a distance is usually
    off by 1e-7 of itself, and of samples near each other by at most a few 1e-6 of how far they are from the mean of
    all; the sums keep less of it.

    Parameters
    ----------
    vectors : (sample, feature)
    samples : (category,)
        How many each category has.

    Raises
    ------
    ShapeError
        There are more or fewer vectors than samples.
    """
    if vectors.ndim != 2 or len(vectors) != samples.sum():
        raise ShapeError(f"vectors of shape {vectors.shape} for {samples.sum()} samples of categories.")
    rows, scale = _centred(vectors)
    squares = np.einsum("sf,sf->s", rows, rows)
    ends = np.concatenate([[0], np.cumsum(samples)]).astype(np.int64)
    tiles = [slice(first, min(first + AT_ONCE, len(rows))) for first in range(0, len(rows), AT_ONCE)]
    pairs = list(combinations_with_replacement(tiles, 2))
    found: list[tuple[slice, slice, Matrix]] = [(slice(0), slice(0), np.zeros((0, 0)))] * len(pairs)

    def some(first: int, last: int) -> None:
        from shiftscope.explain.paths.measures.distance_sums import add_distances

        # New memory for each tile costs time to fill.
        kept = np.empty(min(AT_ONCE, len(rows)) ** 2, rows.dtype)
        for at in range(first, last):
            left, right = pairs[at]
            (here, here_ends), (there, there_ends) = _runs(ends, left), _runs(ends, right)
            shape = left.stop - left.start, right.stop - right.start
            products = kept[: shape[0] * shape[1]].reshape(shape)
            np.matmul(rows[left], rows[right].T, out=products)
            sums = np.zeros((len(here_ends) - 1, len(there_ends) - 1))
            add_distances(
                products,
                rows[left],
                rows[right],
                squares[left],
                squares[right],
                here_ends,
                there_ends,
                rows.dtype.type(NEAR),
                left == right,
                sums,
            )
            found[at] = here, there, sums

    shared(some, len(pairs), len(rows) ** 2 * max(rows.shape[1], 1), large=True)
    # Of each pair once, so of a category with itself once too.
    halves = np.zeros((len(samples), len(samples)))
    for here, there, sums in found:  # in one order, whichever thread was first
        halves[here, there] += sums
    return Distances(samples, (halves + halves.T) * scale)


def _centred(vectors: npt.NDArray[np.floating[Any]]) -> tuple[npt.NDArray[np.floating[Any]], float]:
    """The vectors around their mean, by the power of two that brings them below 1, and that power."""
    if vectors.dtype in (np.float16, np.float32):
        from shiftscope.explain.paths.counting.tiles import widened

        rows, largest_power = widened(vectors), 120
    else:
        rows, largest_power = vectors.astype(np.float64, copy=False), 1000
    if not rows.size:
        return rows, 1.0
    size = max(float(rows.max()), -float(rows.min()))
    scale = 2.0 ** np.clip(np.frexp(size)[1], -largest_power, largest_power)
    # Squares of large responses would overflow.
    scaled = np.multiply(
        rows, rows.dtype.type(1 / scale), out=None if np.shares_memory(rows, vectors) else rows
    )
    # Any point will do for all of them, so the mean may be rounded, and a sample is rounded once.
    scaled -= scaled.mean(axis=0, dtype=np.float64).astype(rows.dtype)
    return scaled, float(scale)


def _runs(ends: npt.NDArray[np.int64], tile: slice) -> tuple[slice, npt.NDArray[np.int64]]:
    """The categories with samples in a tile, and where each begins and ends there."""
    first = int(np.searchsorted(ends, tile.start, side="right")) - 1
    last = int(np.searchsorted(ends, tile.stop, side="left"))
    return slice(first, last), np.clip(ends[first : last + 1], tile.start, tile.stop) - tile.start
