"""The state of a pass over one layer, and the summaries it ends in."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from shiftscope.arrays import in_order
from shiftscope.summaries.category_sums import CategorySums
from shiftscope.summaries.fused.kernels import ROOM, add_categories, enter_column, scan_tile
from shiftscope.summaries.fused.lanes import LANES
from shiftscope.summaries.histograms import BINS, SMALLEST_EXPONENT, Histograms
from shiftscope.summaries.maxima import Maxima
from shiftscope.summaries.moments import Moments
from shiftscope.summaries.summary import Block, Summary
from shiftscope.summaries.top_samples import KEPT, LAST, TopSamples
from shiftscope.threads import shared

SUM_TILE, SCAN_TILE = 1024, 256  # units; what is kept of a tile fits the first cache
MOST_ROWS = 16_384  # counters of two bytes hold them
GUESSED_FROM = 4_096  # rows, of which one in sixteen is looked at
GUESSED_BY = 20  # largest of these; in random order it is above the hundredth of all once in 400,000 units


class OnePass:
    """The summaries of a layer's responses, block after block.

    Equal to `summarise` of all blocks at once: exactly but for sums, which are of float64 in another order.

    Parameters
    ----------
    dtype
        Of the responses, float16 or float32; they are finite.
    """

    def __init__(self, units: int, categories: int, dtype: npt.DTypeLike) -> None:
        self._units, self._categories = units, categories
        self._bits = np.int16 if np.dtype(dtype) == np.float16 else np.int32
        padded = -(-units // LANES) * LANES
        self._padded, lowest, highest = padded, np.iinfo(self._bits).min, np.iinfo(self._bits).max
        self._samples = np.zeros(categories + 1, np.int64)  # the last ones have no label
        self._total = np.zeros((categories + 1) * padded)
        self._squares, self._fired = np.zeros(padded), np.zeros(padded, np.int64)
        self._largest, self._bars = (np.full(padded, lowest, self._bits) for _ in range(2))
        self._smallest = np.full(padded, highest, self._bits)
        self._candidates, self._held = np.zeros(padded * ROOM, np.uint64), np.zeros(padded, np.int64)
        self._counts = np.zeros(padded * BINS, np.uint32)
        self._exponent, self._signed = np.full(padded, SMALLEST_EXPONENT), np.zeros(padded, bool)

    def add(self, block: Block) -> None:
        """Blocks come in the order of their positions."""
        for start in range(0, len(block.responses), MOST_ROWS):
            some = slice(start, start + MOST_ROWS)
            self._add(block.responses[some], block.positions[some], block.labels[some])

    def summaries(self) -> dict[str, Summary]:
        """What was seen, by name; the pass is over."""
        units, categories = self._units, self._categories
        total = self._total.reshape(categories + 1, self._padded)[:, :units]
        samples, nothing = self._samples.sum(), np.full(units, np.nan)
        seen = bool(samples)
        return {
            "category_sums": CategorySums(total[:categories], self._samples[:categories]),
            "histograms": Histograms(
                np.ascontiguousarray(self._counts.reshape(-1, BINS)[:units].T.astype(np.int64)),
                self._exponent[:units],
                self._signed[:units],
            ),
            "maxima": Maxima(
                self._response(self._largest[:units]).astype(float) if seen else nothing,
                self._response(self._smallest[:units]).astype(float) if seen else nothing,
            ),
            "moments": Moments(
                np.array(samples),
                total.sum(axis=0),
                self._squares[:units],
                self._fired[:units],
            ),
            "top_samples": self._top(),
        }

    def _add(
        self, responses: npt.NDArray[Any], positions: npt.NDArray[np.int64], labels: npt.NDArray[np.int64]
    ) -> None:
        units, rows = self._padded, len(responses)
        if units != self._units:
            padded = np.zeros((rows, units), responses.dtype)
            padded[:, : self._units] = responses
            responses = padded
        bits = np.ascontiguousarray(responses).view(self._bits).reshape(-1)
        category = np.where(labels < 0, self._categories, labels)
        order = np.argsort(category, kind="stable")
        here = np.bincount(category, minlength=self._categories + 1)
        present = np.flatnonzero(here)
        ends = np.concatenate([[0], np.cumsum(here[present])])
        self._samples += here

        def add(first: int, last: int) -> None:
            add_categories(bits, units, order, ends, present, self._total, first, last)

        def scan(first: int, last: int) -> None:
            scan_tile(
                bits,
                units,
                positions,
                self._largest,
                self._smallest,
                self._fired,
                self._squares,
                self._bars,
                self._candidates,
                self._held,
                self._counts,
                self._exponent,
                self._signed,
                first,
                last,
            )

        begins = not self._held.any()
        if begins:
            self._guess_bars(bits.reshape(rows, units))
        _by_tiles(add, units, SUM_TILE, bits.size)
        _by_tiles(scan, units, SCAN_TILE, 8 * bits.size)
        if begins:
            for unit in np.flatnonzero(self._held < min(KEPT, rows)).tolist():  # guessed too high
                self._held[unit], self._bars[unit] = 0, np.iinfo(self._bits).min
                enter_column(bits, units, positions, unit, self._bars, self._candidates, self._held)

    def _guess_bars(self, bits: npt.NDArray[Any]) -> None:
        """Begin where about 300 of the first responses pass; without a bar many enter that do not stay."""
        if len(bits) < GUESSED_FROM:
            return
        some = in_order(np.ascontiguousarray(bits[:GUESSED_FROM:16].T))
        lowest = np.iinfo(self._bits).min
        self._bars[:] = np.maximum(np.sort(some, axis=1)[:, -GUESSED_BY], lowest + 1) - 1  # ties pass too

    def _top(self) -> TopSamples:
        # The places not taken are 0, below every candidate.
        candidates = self._candidates.reshape(-1, ROOM)[: self._units]
        held = np.arange(ROOM) < self._held[: self._units, None]
        best = np.sort(np.where(held, candidates, np.uint64(0)), axis=1)[:, : -KEPT - 1 : -1].T
        there = best > 0
        keys = ((best >> np.uint64(32)).astype(np.int64) - 2**31).astype(self._bits)
        positions = LAST - (best & np.uint64(LAST)).astype(np.int64)
        return TopSamples(
            np.where(there, positions, -1),
            np.where(there, self._response(keys).astype(np.float32), np.float32(np.nan)),
        )

    def _response(self, keys: npt.NDArray[Any]) -> npt.NDArray[np.floating[Any]]:
        return in_order(keys).view(np.float16 if self._bits is np.int16 else np.float32)


def _by_tiles(work: Callable[[int, int], None], units: int, tile: int, operations: int) -> None:
    """`work(first, last)` for each tile of the units, by several threads where it is worth it."""

    def some(first: int, last: int) -> None:
        for piece in range(first, last):
            work(piece * tile, min((piece + 1) * tile, units))

    shared(some, -(-units // tile), operations)
