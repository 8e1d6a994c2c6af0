"""Names of the arrays that travel between parts; the axes are in the name, in the order of the shape."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

UnitArray = npt.NDArray[np.float64]  # (unit,)
SampleUnitArray = npt.NDArray[np.floating[Any]]  # (sample, unit)
CategoryUnitArray = npt.NDArray[np.float64]  # (category, unit)
BinUnitArray = npt.NDArray[np.int64]  # (bin, unit)

NO_LABEL = -1  # a sample without a label, or a skipped sample's prediction


def in_order(bits: npt.NDArray[np.signedinteger[Any]]) -> npt.NDArray[np.signedinteger[Any]]:
    """Integers in the order of the floating-point numbers that have these bits; of such integers, the bits again.

    Minus zero is -1, right below zero.
    """
    sign = bits >> (8 * bits.itemsize - 1)
    return bits ^ (sign & np.iinfo(bits.dtype).max)
