"""Responses laid out for counting: tiles of 64 columns, one after the other, sample by sample."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from shiftscope.explain.paths.counting.lane_count import LANES
from shiftscope.jit import compiled

WIDEN = np.float32(2.0**112)  # between the exponents of half and single precision


def widened(responses: npt.NDArray[np.floating[Any]]) -> npt.NDArray[np.float32]:
    """(sample, input) in single precision, exactly; NumPy's own way from half precision is four times slower."""
    if responses.dtype != np.float16:
        return responses.astype(np.float32, copy=False)
    bits = np.ascontiguousarray(responses).view(np.uint16)
    single = np.empty(responses.shape, np.float32)
    _widen(bits.ravel(), single.ravel().view(np.uint32), single.ravel())
    return single


@compiled
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


@compiled
def fill_tiles(
    responses: npt.NDArray[np.float32],
    signed: bool,
    bias: int,
    tiled: npt.NDArray[np.float32],
    first: int,
    last: int,
) -> None:
    """Fill tiles from `first` to before `last` of (tile, sample, lane) with responses, or their sizes unless `signed`.

    Column `bias`, if not -1, is 1; what is left of the last tile is 0.
    """
    samples, inputs = responses.shape
    for tile in range(first, last):
        begin = tile * LANES
        there = min(LANES, inputs - begin)
        for sample in range(samples):
            row = responses[sample]
            into = tiled[tile, sample]
            if signed:
                for lane in range(there):
                    into[lane] = row[begin + lane]
            else:
                for lane in range(there):
                    into[lane] = abs(row[begin + lane])
            for lane in range(max(there, 0), LANES):
                into[lane] = np.float32(begin + lane == bias)


@compiled
def rounded_up(
    exact: npt.NDArray[np.float64], single: npt.NDArray[np.float32], bits: npt.NDArray[np.int32]
) -> None:
    """Fill `single`, whose memory is that of `bits`, with the least float32 not below `exact`; never with -0."""
    for place in range(exact.size):
        single[place] = np.float32(exact[place])
    for place in range(exact.size):
        below = np.float64(single[place]) < exact[place]
        bits[place] += np.int32(below) * (np.int32(1) - np.int32(2) * np.int32(bits[place] < 0))
    for place in range(exact.size):
        single[place] += np.float32(0)
