"""Responses laid out for counting: tiles of 64 columns, one after the other, sample by sample."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from numba import njit

from shiftscope.explain.paths.count import LANES

WIDEN = np.float32(2.0**112)  # between the exponents of half and single precision


def widened(responses: npt.NDArray[np.floating[Any]]) -> npt.NDArray[np.float32]:
    """(sample, input) in single precision, exactly; NumPy's own way from half precision is four times slower."""
    if responses.dtype != np.float16:
        return responses.astype(np.float32, copy=False)
    bits = np.ascontiguousarray(responses).view(np.uint16)
    single = np.empty(responses.shape, np.float32)
    _widen(bits.ravel(), single.ravel().view(np.uint32), single.ravel())
    return single


@njit(nogil=True, cache=True)
def _widen(
    halves: npt.NDArray[np.uint16], bits: npt.NDArray[np.uint32], singles: npt.NDArray[np.float32]
) -> None:
    """`bits` and `singles` are the same memory. Stored responses are finite, so no infinity has to be carried over."""
    for place in range(halves.size):
        half = np.uint32(halves[place])
        bits[place] = (half & np.uint32(0x7FFF)) << np.uint32(13)
    for place in range(halves.size):
        size = singles[place] * WIDEN
        singles[place] = -size if halves[place] & np.uint16(0x8000) else size


@njit(nogil=True, cache=True)
def fill_tiles(
    responses: npt.NDArray[np.float32], signed: bool, bias: int, tiled: npt.NDArray[np.float32]
) -> None:
    """Fill (tile, sample, lane) with responses, or their sizes unless `signed`, and 1 in column `bias` if not -1."""
    samples, inputs = responses.shape
    for sample in range(samples):
        for column in range(inputs):
            value = responses[sample, column]
            tile, lane = column // LANES, column % LANES
            tiled[tile, sample, lane] = value if signed else abs(value)
        if bias >= 0:
            tiled[bias // LANES, sample, bias % LANES] = 1
