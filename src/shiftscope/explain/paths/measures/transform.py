"""Counts to centred frequencies and logits, looked up in tables, in one pass over a block."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt

from shiftscope.jit import compiled

Block = npt.NDArray[np.unsignedinteger[Any]]  # (row, path)
Table = npt.NDArray[np.float64]  # one row's table after the other; `starts` says where each begins
Places = npt.NDArray[np.int64]  # (row,)


@compiled
def sum_rows(block: Block, rows: Places, totals: npt.NDArray[np.int64], first: int, last: int) -> None:
    """Add up each path's counts over some rows into (path,) totals, for paths from `first` to before `last`."""
    for row in rows:
        for path in range(first, last):
            totals[path] += np.int64(block[row, path])


@partial(compiled, fastmath={"reassoc", "contract", "nsz"})
def centre_rows(
    block: Block,
    rows: Places,
    starts: Places,
    frequency: npt.NDArray[np.float32],
    logit: npt.NDArray[np.float32],
    surprise: Table,
    middle_frequency: npt.NDArray[np.float32],
    middle_logit: npt.NDArray[np.float32],
    frequencies: npt.NDArray[np.float32],
    logits: npt.NDArray[np.float32],
    offsets: npt.NDArray[np.float64],
    first: int,
    last: int,
) -> None:
    """Fill (row, path) frequencies and logits minus the middles, for rows from `first` to before `last`.

    `offsets`, (row,), get the sum of -ln(1 - p) minus middle frequency times centred logit.
    """
    for place in range(first, last):
        row, start, sum_ = rows[place], starts[place], 0.0
        for path in range(block.shape[1]):
            at = start + np.int64(block[row, path])
            off = logit[at] - middle_logit[path]
            frequencies[place, path] = frequency[at] - middle_frequency[path]
            logits[place, path] = off
            sum_ += surprise[at] - np.float64(middle_frequency[path]) * np.float64(off)
        offsets[place] += sum_


@compiled
def add_category(
    counts: npt.NDArray[np.unsignedinteger[Any]],
    columns: int,
    frequency: Table,
    logit: Table,
    sums: npt.NDArray[np.float64],
    total: npt.NDArray[np.int64],
    levels: npt.NDArray[np.int64],
    first: int,
    last: int,
) -> None:
    """Add one category's (output, padded column) counts to (output, column, 3) sums of p, logit p and p logit p.

    For outputs from `first` to before `last`. `total`, (output, column), adds up the counts themselves; `levels`,
    (output, count), counts how many paths have each count.
    """
    for output in range(first, last):
        for column in range(columns):
            at = np.int64(counts[output, column])
            p, logit_ = frequency[at], logit[at]
            sums[output, column, 0] += p
            sums[output, column, 1] += logit_
            sums[output, column, 2] += p * logit_
            total[output, column] += at
            levels[output, at] += 1
