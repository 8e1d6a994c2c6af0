"""Convolution of levels with kernels of whole numbers, exact to the last digit."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from shiftscope.datasets.shifts.levels import Levels, halved
from shiftscope.datasets.shifts.tools.kernels import Kernel
from shiftscope.datasets.shifts.tools.reflection import reflected


def convolved(levels: Levels, kernel: Kernel) -> Levels:
    """Levels convolved with a kernel in units of 2^-16, edges reflected, rounded half up.

    By FFT: the sums are whole numbers below 2^33 and the error of a transform in float64 is far below a half, so
    rounding gives the exact sum whichever FFT it is.
    """
    from scipy import fft  # late: most shifts take none

    reach = kernel.shape[0] // 2
    rows, columns = levels.shape[:2]
    planes = np.pad(levels.transpose(2, 0, 1), ((0, 0), (reach, reach), (reach, reach)), "symmetric")
    size = [fft.next_fast_len(side, real=True) for side in planes.shape[1:]]
    spectrum = fft.rfft2(planes.astype(np.float64), size) * fft.rfft2(kernel.astype(np.float64), size)
    sums = fft.irfft2(spectrum, size)[:, 2 * reach : 2 * reach + rows, 2 * reach : 2 * reach + columns]
    return halved(np.rint(sums).astype(np.int64).transpose(1, 2, 0), 16)


def reflecting_matrix(kernel: Kernel, side: int) -> npt.NDArray[np.float64]:
    """(side, side) whole numbers: the convolution of a line with a kernel of one dimension, edges reflected."""
    matrix = np.zeros((side, side))
    reach = len(kernel) // 2
    places = np.arange(side)
    for offset, weight in enumerate(kernel.tolist()):
        matrix[places, reflected(places + offset - reach, side)] += weight
    return matrix


def along_both(
    rows: npt.NDArray[np.float64], levels: Levels, columns: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    """(row, column, channel) `rows @ levels @ columns.T` for each channel.

    Exact where matrices hold whole numbers and their sums stay below 2^53, in whatever order they are added.
    """
    planes = levels.transpose(2, 0, 1).astype(np.float64, order="C")
    both: npt.NDArray[np.float64] = (rows @ (planes @ columns.T)).transpose(1, 2, 0)
    return both
