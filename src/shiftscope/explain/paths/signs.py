"""Rows of paths by the sign of their sum, where that sum is only known to within a rounding."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numba import njit


@njit(nogil=True, cache=True)
def classify(
    total: npt.NDArray[np.float32],
    guard: npt.NDArray[np.float32],
    reach: npt.NDArray[np.float32],
    norm: npt.NDArray[np.float32],
    largest: npt.NDArray[np.float32],
    runs: npt.NDArray[np.int64],
    rows: npt.NDArray[np.int64],
    samples: npt.NDArray[np.int32],
    outputs: npt.NDArray[np.int32],
) -> int:
    """Count the rows that are certainly negative, list those that are neither that nor certainly without a path.

    Parameters
    ----------
    total : (sample, output)
    guard, reach : (sample,)
        Times `norm` how far a sum may be off; times `largest` how far a sum may be above zero and leave a path.
    norm, largest : (output,)
    runs : (sample,)
        Number of the run that each belongs to.
    rows : (run, output)
        Added to.
    samples, outputs : (total.size,)
        Filled from the front.

    Returns
    -------
    How many are listed.
    """
    listed = 0
    for sample in range(total.shape[0]):
        row = rows[runs[sample]]
        for output in range(total.shape[1]):
            off = guard[sample] * norm[output]
            sum_ = total[sample, output]
            if sum_ < -off:
                row[output] += 1
            elif sum_ <= reach[sample] * largest[output] + off:
                samples[listed] = sample
                outputs[listed] = output
                listed += 1
    return listed
