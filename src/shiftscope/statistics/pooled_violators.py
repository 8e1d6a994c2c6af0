"""The falling curve that is nearest to a noisy one."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt


def non_increasing(values: npt.NDArray[np.floating[Any]]) -> npt.NDArray[np.float64]:
    """The curve along the first axis that never rises and lies nearest by squares, column by column.

    What pooling adjacent violators gives, each value alike in weight, by its closed form: at each place the smallest,
    over where a run may begin, of the largest mean, over where it may end. For curves of some ten points.

    Parameters
    ----------
    values : (point, ...)
        NaN anywhere makes its column NaN.

    References
    ----------
    Barlow, Bartholomew, Bremner & Brunk (1972), Statistical Inference under Order Restrictions, theorem 1.4.
    """
    points = len(values)
    sums = np.concatenate([np.zeros((1, *values.shape[1:])), np.cumsum(values, axis=0, dtype=np.float64)])
    fitted = np.full(values.shape, np.inf)
    for first in range(points):
        largest = np.full(values.shape[1:], -np.inf)  # of the means of runs from `first` to here or later
        for last in reversed(range(first, points)):
            largest = np.maximum(largest, (sums[last + 1] - sums[first]) / (last + 1 - first))
            fitted[last] = np.minimum(fitted[last], largest)
    return fitted
