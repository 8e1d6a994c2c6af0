"""Square roots and sums over a tile of products, in one pass while the tile is in the cache."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt

from shiftscope.jit import compiled

Rows = npt.NDArray[np.floating[Any]]  # (sample, feature)
Ends = npt.NDArray[np.int64]  # (run + 1,)


@compiled
def add_distances(
    products: npt.NDArray[np.floating[Any]],
    left: Rows,
    right: Rows,
    left_squares: npt.NDArray[np.floating[Any]],
    right_squares: npt.NDArray[np.floating[Any]],
    left_ends: Ends,
    right_ends: Ends,
    near: np.floating[Any],
    diagonal: bool,
    sums: npt.NDArray[np.float64],
) -> None:
    """Add to (left run, right run) sums the distances of all pairs of a left and a right sample.

    Parameters
    ----------
    products : (left sample, right sample)
        Scalar products of `left` and `right`, all of one type.
    left_squares, right_squares : (sample,)
        Products of each with itself.
    left_ends, right_ends
        Samples of run r are those from ends[r] to before ends[r + 1].
    near
        A square below this share of the two samples' own is computed from their differences instead.
    diagonal
        Left and right are the same samples: a pair counts once, and none with itself.
    """
    none = products.dtype.type(0)
    across = np.empty(len(right))
    for run in range(left_ends.size - 1):
        across[:] = 0
        for row in range(left_ends[run], left_ends[run + 1]):
            # From an index that may be negative, as far as numba knows, a loop is not vectorised; from a slice's it is.
            begin = row + 1 if diagonal else 0
            here, others, into = products[row][begin:], right_squares[begin:], across[begin:]
            own, close = left_squares[row], 0
            for column in range(len(here)):
                both = own + others[column]
                square = both - (here[column] + here[column])
                close += square < near * both
                into[column] += np.sqrt(none if square <= 0 else square)  # NaN stays NaN
            if close:  # few are, and a branch in the loop above would keep it from being vectorised too
                for column in range(len(here)):
                    both = own + others[column]
                    square = both - (here[column] + here[column])
                    if square < near * both:
                        exact = _distance(left[row], right[begin + column])
                        into[column] += exact - np.sqrt(none if square <= 0 else square)
        for other in range(right_ends.size - 1):
            sum_ = 0.0
            for column in range(right_ends[other], right_ends[other + 1]):
                sum_ += across[column]
            sums[run, other] += sum_


@partial(compiled, fastmath={"reassoc", "contract", "nsz"})
def _distance(one: npt.NDArray[np.floating[Any]], other: npt.NDArray[np.floating[Any]]) -> float:
    square = 0.0
    for feature in range(one.size):
        apart = np.float64(one[feature]) - np.float64(other[feature])
        square += apart * apart
    return float(np.sqrt(square))
