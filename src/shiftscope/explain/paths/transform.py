"""Counts to centred frequencies and logits, looked up in tables, in one pass over a block."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from numba import njit

Block = npt.NDArray[np.unsignedinteger[Any]]  # (row, path)
Table = npt.NDArray[np.float64]  # one row's table after the other; `starts` says where each begins
Places = npt.NDArray[np.int64]  # (row,)


@njit(nogil=True, cache=True)
def sum_rows(
    block: Block,
    starts: Places,
    frequency: Table,
    logit: Table,
    frequencies: npt.NDArray[np.float64],
    logits: npt.NDArray[np.float64],
    first: int,
    last: int,
) -> None:
    """Add each path's frequency and logit over the rows into (path,) sums, for paths from `first` to before `last`."""
    for row in range(block.shape[0]):
        start = starts[row]
        for path in range(first, last):
            at = start + np.int64(block[row, path])
            frequencies[path] += frequency[at]
            logits[path] += logit[at]


@njit(nogil=True, cache=True)
def centre_rows(
    block: Block,
    starts: Places,
    frequency: Table,
    logit: Table,
    middle_frequency: npt.NDArray[np.float64],
    middle_logit: npt.NDArray[np.float64],
    frequencies: npt.NDArray[np.float32],
    logits: npt.NDArray[np.float32],
    tilt: npt.NDArray[np.float64],
    levels: npt.NDArray[np.int64],
    first: int,
    last: int,
) -> None:
    """Fill (row, path) frequencies and logits minus the middles, for rows from `first` to before `last`.

    `tilt`, (row,), gets the sum of middle frequency times centred logit; `levels` counts each row's counts, laid out
    as the tables.
    """
    for row in range(first, last):
        start, sum_ = starts[row], 0.0
        for path in range(block.shape[1]):
            at = start + np.int64(block[row, path])
            off = logit[at] - middle_logit[path]
            frequencies[row, path] = frequency[at] - middle_frequency[path]
            logits[row, path] = off
            sum_ += middle_frequency[path] * off
            levels[at] += 1
        tilt[row] += sum_


@njit(nogil=True, cache=True)
def add_category(
    counts: npt.NDArray[np.unsignedinteger[Any]],
    columns: int,
    frequency: Table,
    logit: Table,
    sums: npt.NDArray[np.float64],
    levels: npt.NDArray[np.int64],
    first: int,
    last: int,
) -> None:
    """Add one category's (output, padded column) counts to (output, column, 3) sums of p, logit p and p logit p.

    For outputs from `first` to before `last`. `levels`, (output, count), counts how many paths have each count.
    """
    for output in range(first, last):
        for column in range(columns):
            at = np.int64(counts[output, column])
            p, logit_ = frequency[at], logit[at]
            sums[output, column, 0] += p
            sums[output, column, 1] += logit_
            sums[output, column, 2] += p * logit_
            levels[output, at] += 1
