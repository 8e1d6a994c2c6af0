"""The rule as the paper prints it, |N_ij| > n sum_k N_ik, without looking at every path.

Where a row's sum is negative every path of the row is significant, and where it is not, hardly any: the sum would
have to be smaller than the largest product over n. So the counts are one number for each row and a few exceptions.
The sums come from a float32 product; wherever its rounding could matter the row is done again in float64.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from shiftscope.explain.paths.threads import product

ROUNDING = 8 * 6e-8  # of a float32 sum, times the square root of its length and the sizes of its factors
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
    from shiftscope.explain.paths.signs import classify
    from shiftscope.explain.paths.tiles import widened

    whole = weight if bias is None else np.column_stack([weight, bias])
    outputs, columns = whole.shape
    lengths = np.array(list(sizes), np.int64)
    run_of = np.repeat(np.arange(len(lengths)), lengths)
    rows = np.zeros((len(lengths), outputs), np.int64)
    hits: list[npt.NDArray[np.int64]] = []
    norm, largest = np.linalg.norm(whole, axis=1), np.abs(whole).max(axis=1)
    for start in range(0, len(responses), AT_ONCE):
        entering = np.ones((len(responses[start : start + AT_ONCE]), columns), np.float32)
        entering[:, : responses.shape[1]] = widened(responses[start : start + AT_ONCE])
        runs = run_of[start : start + AT_ONCE]
        total = product(entering, whole.T)
        guard = np.float32(ROUNDING * np.sqrt(columns)) * np.linalg.norm(entering, axis=1)
        reach = np.maximum(entering.max(axis=1), -entering.min(axis=1)) / np.float32(columns)
        samples, outs = (np.empty(total.size, np.int32) for _ in range(2))
        listed = classify(total, guard, reach, norm, largest, runs, rows, samples, outs)
        sample, output = samples[:listed], outs[:listed]
        for first in range(0, len(sample), AT_ONCE):
            x, i = sample[first : first + AT_ONCE], output[first : first + AT_ONCE]
            paths = entering[x] * whole[i]
            exact = np.einsum("pc,pc->p", entering[x].astype(np.float64), whole[i].astype(np.float64))
            np.add.at(rows, (runs[x[exact < 0]], i[exact < 0]), 1)
            threshold = (columns * exact).astype(np.float32)
            pair, column = np.nonzero((np.abs(paths) > threshold[:, None]) & (exact >= 0)[:, None])
            hits.append(np.column_stack([runs[x[pair]], i[pair], column]))
    return LowRank(rows, np.concatenate(hits) if hits else np.empty((0, 3), np.int64))
