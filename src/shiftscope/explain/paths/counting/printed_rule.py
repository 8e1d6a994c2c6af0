"""The rule as the paper prints it, |N_ij| > n sum_k N_ik, without looking at every path.

Where a row's sum is negative every path of the row is significant, and where it is not, hardly any: the sum would
have to be smaller than the largest product over n. So the counts are one number for each row and a few exceptions.
The sums come from a float32 product; wherever its rounding could matter the row is done again in float64.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt

from shiftscope.threads import shared

# Of a float32 sum, times the square root of its length and the sizes of its factors.
ROUNDING = np.float32(8 * 6e-8)
AT_ONCE = 2048  # samples


@dataclass(frozen=True, eq=False)
class LowRank:
    """Counts of runs of samples, as one number a row and the paths that are counted beside it."""

    rows: npt.NDArray[np.int64]  # (run, output) samples with a negative sum
    hits: npt.NDArray[np.int64]  # (hit, 3) run, output, column: one sample each

    def add_to(self, counts: npt.NDArray[np.unsignedinteger[Any]], columns: int) -> None:
        """Add to (run, output, padded column) counts."""
        counts[:, :, :columns] += self.rows[:, :, None].astype(counts.dtype)
        np.add.at(counts, tuple(self.hits.T), counts.dtype.type(1))


def low_rank(
    weight: npt.NDArray[np.float32],
    bias: npt.NDArray[np.float32] | None,
    responses: npt.NDArray[np.floating[Any]],
    sizes: Iterable[int],
) -> LowRank:
    """Significant paths by the printed rule for runs of samples, one after the other.

    Parameters
    ----------
    weight : (output, input)
    bias : (output,)
        None where the bias is no path.
    responses : (sample, input)
    sizes
        Samples of each run.
    """
    from shiftscope.explain.paths.counting.signs import sizes_of
    from shiftscope.explain.paths.counting.tiles import widened

    outputs, inputs = weight.shape
    added = np.zeros(outputs, np.float32) if bias is None else bias
    columns = inputs + int(bias is not None)
    lengths = np.array(list(sizes), np.int64)
    run_of = np.repeat(np.arange(len(lengths)), lengths)
    rows = np.zeros((len(lengths), outputs), np.int64)
    hits: list[npt.NDArray[np.int64]] = []
    norm = np.sqrt((weight**2).sum(axis=1) + added**2)
    largest = np.maximum(np.abs(weight).max(axis=1), np.abs(added))
    for start in range(0, len(responses), AT_ONCE):
        single = widened(responses[start : start + AT_ONCE])
        norms, sizes_ = np.empty((2, len(single)), np.float32)
        sizes_of(single, norms, sizes_)
        off = ROUNDING * np.sqrt(columns) * np.sqrt(norms**2 + 1)
        reach = np.maximum(sizes_, 1) / columns
        some = partial(
            _settle_some,
            hits,
            single,
            (weight, added, norm, largest),
            columns,
            off,
            reach,
            run_of[start : start + AT_ONCE],
            rows,
        )
        shared(some, outputs, single.size * outputs, large=True)
    return LowRank(rows, np.concatenate(hits) if hits else np.empty((0, 3), np.int64))


def _settle_some(
    hits: list[npt.NDArray[np.int64]],
    single: npt.NDArray[np.float32],
    outputs: tuple[npt.NDArray[np.float32], ...],
    columns: int,
    off: npt.NDArray[np.float32],
    reach: npt.NDArray[np.float32],
    runs: npt.NDArray[np.int64],
    rows: npt.NDArray[np.int64],
    first: int,
    last: int,
) -> None:
    from shiftscope.explain.paths.counting.signs import settle

    weight, bias, norm, largest = (each[first:last] for each in outputs)
    total = single @ weight.T
    hits.append(
        settle(total, single, weight, bias, columns, (off, norm), (reach, largest), runs, rows, first)
    )
