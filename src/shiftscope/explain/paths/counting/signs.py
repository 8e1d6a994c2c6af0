"""Rows of paths by the sign of their sum, where that sum is only known to within a rounding."""

from __future__ import annotations

from functools import partial

import numpy as np
import numpy.typing as npt

from shiftscope.jit import compiled

Single = npt.NDArray[np.float32]


@partial(compiled, fastmath={"reassoc", "contract"})
def sizes_of(responses: Single, norms: Single, largest: Single) -> None:
    """Fill (sample,) with each sample's Euclidean norm and its largest size."""
    for sample in range(responses.shape[0]):
        row = responses[sample]
        squares = most = np.float32(0)
        for column in range(row.size):
            squares += row[column] * row[column]
            most = max(most, abs(row[column]))
        norms[sample], largest[sample] = np.sqrt(squares), most


@compiled
def settle(
    total: Single,
    responses: Single,
    weight: Single,
    bias: Single,
    columns: int,
    off: tuple[Single, Single],
    reach: tuple[Single, Single],
    runs: npt.NDArray[np.int64],
    rows: npt.NDArray[np.int64],
    first: int,
) -> npt.NDArray[np.int64]:
    """Count the rows with a negative sum, and list the paths of the others that are above their threshold.

    Where rounding could matter, or a path could be above, the row is summed again in float64.

    Parameters
    ----------
    total : (sample, output)
        Sums of products of some outputs, without the bias.
    responses : (sample, input)
    weight : (output, input)
    bias : (output,)
        0 where it is no path.
    columns
        Paths of an output: the inputs, and 1 more if the bias is one.
    off : (sample,), (output,)
        Whose product is how far a sum may be off.
    reach : (sample,), (output,)
        Whose product is how far a sum may be above zero and leave a path.
    runs : (sample,)
        Number of the run that each belongs to.
    rows : (run, output)
        Added to.
    first
        Number of the first of these outputs in `rows`.

    Returns
    -------
    (hit, 3) run, output, column.
    """
    samples, outputs = total.shape
    unsure = np.empty((samples * outputs, 2), np.int32)
    listed = 0
    for sample in range(samples):
        sums, into = total[sample], rows[runs[sample]]
        far, near = off[0][sample], reach[0][sample]
        for output in range(outputs):
            into[first + output] += sums[output] + bias[output] < -far * off[1][output]
        for output in range(outputs):
            sum_, range_ = sums[output] + bias[output], far * off[1][output]
            if -range_ <= sum_ <= near * reach[1][output] + range_:
                unsure[listed, 0], unsure[listed, 1] = sample, output
                listed += 1

    thresholds, above = np.empty(listed, np.float32), np.zeros(listed, np.int64)
    for place in range(listed):
        sample, output = unsure[place]
        exact = _sum(responses[sample], weight[output]) + np.float64(bias[output])
        if exact < 0:
            rows[runs[sample], first + output] += 1
            continue
        threshold = _up(columns * exact)
        above[place] = _above(responses[sample], weight[output], threshold)
        above[place] += columns > weight.shape[1] and abs(bias[output]) > threshold
        thresholds[place] = threshold

    found = np.empty((above.sum(), 3), np.int64)
    at = 0
    for place in np.flatnonzero(above):  # type: ignore[assignment]
        sample, output = unsure[place]
        for column in range(columns):
            inside = column < weight.shape[1]
            path = (
                np.float64(responses[sample, column]) * np.float64(weight[output, column])
                if inside
                else np.float64(bias[output])
            )
            if abs(path) > thresholds[place]:
                found[at, 0], found[at, 1], found[at, 2] = runs[sample], first + output, column
                at += 1
    return found


@partial(compiled, fastmath={"reassoc", "contract"})
def _sum(response: Single, weight: Single) -> float:
    total = 0.0
    for column in range(response.size):
        total += np.float64(response[column]) * np.float64(weight[column])
    return total


@compiled
def _above(response: Single, weight: Single, threshold: np.float32) -> int:
    above = 0
    for column in range(response.size):
        above += abs(np.float64(response[column]) * np.float64(weight[column])) > np.float64(threshold)  # type: ignore[assignment]
    return above


@compiled
def _up(exact: float) -> np.float32:
    """The least float32 that is not below a number of zero or more."""
    single = np.float32(exact)
    return np.nextafter(single, np.float32(np.inf)) if np.float64(single) < exact else single
