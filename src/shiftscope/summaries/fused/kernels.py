"""The pass itself: a tile of units at a time, each response read once for the sums and once for everything else."""

# mypy: disable-error-code="call-arg, arg-type, assignment"
# numba gives the steps their first argument, and its integers are of 64 bits whatever they were.

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from shiftscope.jit import compiled
from shiftscope.summaries.fused.lanes import (
    LANES,
    ROWS,
    add_lanes,
    bin_lanes,
    first_bit,
    scan_row,
    scan_rows,
)
from shiftscope.summaries.histograms import BINS, SMALLEST_EXPONENT
from shiftscope.summaries.top_samples import KEPT

ROOM = 256  # candidates of a unit; when they fill it, the best stay
STAY = 150  # of them at most, at least KEPT: to find just as many takes longer
# Rows until counters of one byte could run over, a multiple of ROWS; a tile of them stays in the second cache between
# the two times it is looked at.
COUNTED = 248

Flat = npt.NDArray[Any]


@compiled
def add_categories(
    responses: Flat,
    units: int,
    order: npt.NDArray[np.int64],
    ends: npt.NDArray[np.int64],
    categories: npt.NDArray[np.int64],
    total: npt.NDArray[np.float64],
    first: int,
    last: int,
) -> None:
    """Add to total (category, unit) for the units from `first` to before `last`.

    Parameters
    ----------
    responses : (row, unit)
        Flat, as integers of their bits.
    order : (row,)
        Rows by category; those of categories[i] from ends[i] to before ends[i + 1].
    """
    width = last - first
    own = np.empty(width)
    for run in range(categories.size):
        own[:] = 0
        for at in range(ends[run], ends[run + 1]):
            row = order[at] * units + first
            ahead = (order[min(at + 2, order.size - 1)] - order[at]) * units
            for lane in range(0, width, LANES):
                add_lanes(responses, row + lane, ahead, own, lane)
        into = categories[run] * units + first
        for unit in range(width):
            total[into + unit] += own[unit]


@compiled
def scan_tile(
    responses: Flat,
    units: int,
    positions: npt.NDArray[np.int64],
    largest: Flat,
    smallest: Flat,
    fired: npt.NDArray[np.int64],
    squares: npt.NDArray[np.float64],
    bars: Flat,
    candidates: npt.NDArray[np.uint64],
    held: npt.NDArray[np.int64],
    counts: npt.NDArray[np.uint32],
    exponent: npt.NDArray[np.int64],
    signed: npt.NDArray[np.bool_],
    first: int,
    last: int,
) -> None:
    """Everything but the sums by category, for the units from `first` to before `last`.

    Parameters
    ----------
    responses : (row, unit)
        Flat, as integers of their bits; at most 32,767 rows.
    positions : (row,)
        Ascending, and above those of every pass before.
    largest, smallest, bars : (unit,)
        In the order of the bits. Only what is above its unit's bar can be among the strongest.
    candidates : (unit, ROOM)
        Of which the first `held` are there.
    counts : (unit, bin)
    """
    width, rows, bits = last - first, positions.size, 8 * responses.itemsize
    high, low = largest[first:last].copy(), smallest[first:last].copy()
    wide_high, wide_low = high.copy(), low.copy()  # that the bins have room for
    some_fired, some_squares = np.zeros(width, np.int16), np.zeros(width)
    masks = np.empty(ROWS, np.uint32)
    few, bins = np.zeros(width * BINS, np.uint8), np.empty(width * ROWS, np.uint16)
    per_unit, zero = np.empty(width, np.float32), np.empty(width, np.uint16)
    for begin in range(0, rows, COUNTED):
        stop = min(begin + COUNTED, rows)
        row = begin
        while row < stop:
            together = ROWS if row + ROWS <= stop else 1
            for lane in range(0, width, LANES):
                at = row * units + first + lane
                if together == ROWS:
                    scan_rows(
                        responses,
                        at,
                        units,
                        high,
                        lane,
                        low,
                        lane,
                        some_fired,
                        lane,
                        some_squares,
                        lane,
                        bars,
                        first + lane,
                        masks,
                        0,
                    )
                else:
                    scan_row(
                        responses,
                        at,
                        units,
                        high,
                        lane,
                        low,
                        lane,
                        some_fired,
                        lane,
                        some_squares,
                        lane,
                        bars,
                        first + lane,
                        masks,
                        0,
                    )
                for each in range(together):
                    mask = masks[each]
                    while mask != 0:
                        unit = first + lane + np.int64(first_bit(mask))
                        mask &= mask - np.uint32(1)
                        _enter(
                            responses[(row + each) * units + unit],
                            positions[row + each],
                            unit,
                            bars,
                            candidates,
                            held,
                        )
            row += together
        for unit in range(width):
            if begin and high[unit] == wide_high[unit] and low[unit] == wide_low[unit]:
                continue
            wide_high[unit], wide_low[unit] = high[unit], low[unit]
            _widen(counts, exponent, signed, first + unit, high[unit], low[unit], bits)
            half = BINS // 2 if signed[first + unit] else 0
            per_unit[unit] = (BINS - half) * 2.0 ** -exponent[first + unit]
            zero[unit] = unit * BINS + half
        for row in range(begin, stop, ROWS):
            together = min(ROWS, stop - row)
            for each in range(together):
                for lane in range(0, width, LANES):
                    at = (row + each) * units + first + lane
                    bin_lanes(responses, at, per_unit, lane, zero, lane, bins, each * width + lane)
            # Apart from the vectors, whose stores would have to be waited for.
            for at in range(together * width):
                few[bins[at]] += np.uint8(1)
        into = first * BINS
        for at in range(width * BINS):
            counts[into + at] += few[at]
        few[:] = 0
    for unit in range(width):
        largest[first + unit], smallest[first + unit] = high[unit], low[unit]
        fired[first + unit] += some_fired[unit]
        squares[first + unit] += some_squares[unit]


@compiled
def enter_column(
    responses: Flat,
    units: int,
    positions: npt.NDArray[np.int64],
    unit: int,
    bars: Flat,
    candidates: npt.NDArray[np.uint64],
    held: npt.NDArray[np.int64],
) -> None:
    """Look for one unit's strongest samples by itself."""
    for row in range(positions.size):
        response = responses[row * units + unit]
        if _order(np.int64(response), 8 * bars.itemsize) > bars[unit]:
            _enter(response, positions[row], unit, bars, candidates, held)


@compiled
def _order(response: int, bits: int) -> int:
    """As `Lanes.order`; undoes itself but for minus zero."""
    ordered = response ^ ((response >> 63) & ((1 << (bits - 1)) - 1))
    return 0 if ordered == -1 else ordered


@compiled
def _enter(
    response: Any,
    position: int,
    unit: int,
    bars: Flat,
    candidates: npt.NDArray[np.uint64],
    held: npt.NDArray[np.int64],
) -> None:
    """Note one response above its unit's bar; raise the bar when there are many."""
    key, start = _order(np.int64(response), 8 * bars.itemsize), unit * ROOM
    candidates[start + held[unit]] = (np.uint64(key + 2**31) << np.uint64(32)) | np.uint64(
        0xFFFFFFFF - position
    )
    held[unit] += 1
    if held[unit] == ROOM:
        stay = _strongest_first(candidates, start)
        least = candidates[start]
        for place in range(start + 1, start + stay):
            least = min(least, candidates[place])
        held[unit] = stay
        bars[unit] = np.int64(least >> np.uint64(32)) - 2**31


@compiled
def _strongest_first(candidates: npt.NDArray[np.uint64], start: int) -> int:
    """Partition ROOM of them so that none of the first is below any of the rest; how many are first, KEPT to STAY.

    Hoare (1961), Algorithm 65: Find, ended as soon as a part is small enough.
    """
    low, high = 0, ROOM - 1
    while low < high:
        ends = candidates[start + low], candidates[start + ((low + high) >> 1)], candidates[start + high]
        pivot = max(min(ends[0], ends[1]), min(max(ends[0], ends[1]), ends[2]))
        up, down = low, high
        while up <= down:
            while candidates[start + up] > pivot:
                up += 1
            while candidates[start + down] < pivot:
                down -= 1
            if up <= down:
                left, right = candidates[start + up], candidates[start + down]
                candidates[start + up], candidates[start + down] = right, left
                up += 1
                down -= 1
        if KEPT <= down + 1 <= STAY:
            return down + 1
        if KEPT <= up <= STAY:
            return up
        if down + 1 >= KEPT:
            high = down
        else:
            low = up
    return KEPT


@compiled
def _widen(
    counts: npt.NDArray[np.uint32],
    exponent: npt.NDArray[np.int64],
    signed: npt.NDArray[np.bool_],
    unit: int,
    high: int,
    low: int,
    bits: int,
) -> None:
    """Make the range of a unit's bins hold its extremes, as `Histograms.widened` does."""
    start = unit * BINS
    if low < 0 and not signed[unit]:
        signed[unit] = True
        for place in range(BINS // 2 - 1, -1, -1):
            pair = counts[start + 2 * place] + counts[start + 2 * place + 1]
            counts[start + BINS // 2 + place] = pair
        for place in range(BINS // 2):
            counts[start + place] = 0
    needed = max(_exponent(high, bits), _exponent(low, bits))
    while exponent[unit] < needed:
        exponent[unit] += 1
        _halve(counts, start, signed[unit])


@compiled
def _halve(counts: npt.NDArray[np.uint32], start: int, signed: bool) -> None:
    """Add neighbouring bins, about zero where there are two sides."""
    pairs = np.empty(BINS // 2, np.uint32)
    for place in range(BINS // 2):
        pairs[place] = counts[start + 2 * place] + counts[start + 2 * place + 1]
    shift = BINS // 4 if signed else 0
    for place in range(BINS):
        inside = shift <= place < shift + BINS // 2
        counts[start + place] = pairs[place - shift] if inside else np.uint32(0)


@compiled
def _exponent(key: int, bits: int) -> int:
    """Smallest e, not below SMALLEST_EXPONENT, with the response of this order in [-2^e, 2^e)."""
    digits, bias = (10, 15) if bits == 16 else (23, 127)
    size = key if key >= 0 else _order(np.int64(key), bits) & ((1 << (bits - 1)) - 1)
    above = size >> digits
    rest = size & ((1 << digits) - 1)
    if above == 0:  # subnormal
        reached = math.frexp(float(rest))[1] + 1 - bias - digits if rest else SMALLEST_EXPONENT
        power = rest != 0 and (rest & (rest - 1)) == 0
    else:
        reached, power = above - bias + 1, rest == 0
    if key < 0 and power:
        reached -= 1
    return max(reached, SMALLEST_EXPONENT)
