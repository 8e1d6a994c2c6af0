"""How many of some samples make each path of a linear map significant."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from shiftscope.errors import ShapeError
from shiftscope.explain.paths.printed import low_rank
from shiftscope.explain.paths.rules import Rule
from shiftscope.explain.paths.threads import product, shared

Responses = npt.NDArray[np.floating[Any]]  # (sample, input)
Whole = npt.NDArray[np.unsignedinteger[Any]]

AT_ONCE = 1024  # samples whose rows and thresholds are in memory
LANES = 64  # columns that are counted together


@dataclass(frozen=True, eq=False)
class Counter:
    """Counts the significant paths of one linear map by one rule.

    Parameters
    ----------
    weight : (output, input)
    bias : (output,)
        None for a map without one.
    """

    weight: npt.NDArray[np.float32]
    bias: npt.NDArray[np.float32] | None
    rule: Rule
    compiled: bool = True  # False counts with NumPy, for few samples where numba would take longer to load

    def __post_init__(self) -> None:
        if self.weight.ndim != 2 or (self.bias is not None and self.bias.shape != self.weight.shape[:1]):
            bias = None if self.bias is None else self.bias.shape
            raise ShapeError(f"a weight of shape {self.weight.shape} and a bias of shape {bias}.")

    @property
    def shape(self) -> tuple[int, int]:
        """(output, column): columns are the inputs, then the bias where the rule and the map have one."""
        outputs, inputs = self.weight.shape
        return outputs, inputs + int(self._with_bias)

    @property
    def padded(self) -> tuple[int, int]:
        """(output, column) as counted, with columns behind the last that stay zero."""
        outputs, columns = self.shape
        return outputs, -(-columns // LANES) * LANES

    def count(self, responses: Responses) -> npt.NDArray[np.uint32]:
        """(output, column) samples in which each path is significant.

        Products and thresholds are compared in float32, a row's sum is formed in float64: a path closer to its
        threshold than 1e-7 of it may fall on either side.

        Parameters
        ----------
        responses : (sample, input)
            What enters the map.

        Raises
        ------
        ShapeError
            Another number of inputs.
        """
        counts = np.zeros((1, *self.padded), np.uint32)
        self.count_each(responses, [len(responses)], counts)
        return counts[0, :, : self.shape[1]]

    def count_each(self, responses: Responses, sizes: Iterable[int], into: Whole) -> None:
        """Add the counts of runs of samples, one after the other.

        Thresholds are computed for many runs at once, so that runs of few samples cost no more than long ones.

        Parameters
        ----------
        responses : (sample, input)
        sizes
            Samples of each run.
        into : (run, output, padded column)
            Unsigned, of 8, 16 or 32 bits, and large enough for the counts.
        """
        if self.rule.whole_rows and self.compiled:
            self._check(responses)
            bias = self.bias if self._with_bias else None
            low_rank(self.weight, bias, responses, sizes).add_to(into, self.shape[1])
            return
        for run, some, thresholds in self._parts(responses, sizes):
            self._add(some, thresholds, into[run])

    def each(
        self, responses: Responses, sizes: Iterable[int], into: npt.NDArray[np.uint32]
    ) -> Iterator[npt.NDArray[np.uint32]]:
        """As `count_each`, with one (output, padded column) array that is filled anew for each run of samples."""
        sizes = list(sizes)
        if self.rule.whole_rows and self.compiled:
            for size, first in zip(sizes, np.cumsum([0, *sizes]).tolist(), strict=False):
                into[:] = 0
                self.count_each(responses[first : first + size], [size], into[None])
                yield into
            return
        at = 0
        into[:] = 0
        for run, some, thresholds in self._parts(responses, sizes):
            while at < run:
                yield into
                into[:] = 0
                at += 1
            self._add(some, thresholds, into)
        for _ in range(at, len(sizes)):
            yield into
            into[:] = 0

    def _parts(
        self, responses: Responses, sizes: Iterable[int]
    ) -> Iterator[tuple[int, Responses, npt.NDArray[np.float32]]]:
        """Number of the run, responses and thresholds, piece by piece and in order; empty runs have none."""
        self._check(responses)
        ends = np.cumsum([0, *sizes])
        for start in range(0, len(responses), AT_ONCE):
            stop = min(start + AT_ONCE, len(responses))
            block = self._single(responses[start:stop])
            thresholds = self._thresholds(block.astype(np.float64))
            for run in range(np.searchsorted(ends, start, "right") - 1, np.searchsorted(ends, stop)):
                first, last = max(int(ends[run]), start), min(int(ends[run + 1]), stop)
                if last > first:
                    here = slice(first - start, last - start)
                    yield run, block[here], thresholds[:, here]

    def _single(self, responses: Responses) -> npt.NDArray[np.float32]:
        if not self.compiled:
            return responses.astype(np.float32)
        from shiftscope.explain.paths.tiles import widened

        return widened(responses)

    def _check(self, responses: Responses) -> None:
        if responses.ndim != 2 or responses.shape[1] != self.weight.shape[1]:
            raise ShapeError(
                f"responses of shape {responses.shape} for a map of {self.weight.shape[1]} inputs."
            )

    def _thresholds(self, responses: npt.NDArray[np.float64]) -> npt.NDArray[np.float32]:
        """(output, sample) what a path has to exceed."""
        total = product(responses, self._exact.T)
        sizes = product(np.abs(responses), np.abs(self._exact).T) if self.rule.sizes else None
        if self._with_bias and self.bias is not None:
            total += self.bias
            if sizes is not None:
                sizes += np.abs(self.bias)
        return self.rule.threshold(total, sizes, self.shape[1]).T.astype(np.float32)

    def _add(self, responses: Responses, thresholds: npt.NDArray[np.float32], into: Whole) -> None:
        outputs, columns = self.shape
        if not self.compiled:
            self._add_with_numpy(responses, thresholds, into)
            return
        from shiftscope.explain.paths.lanes import count_tiles
        from shiftscope.explain.paths.tiles import fill_tiles

        run, tiles = len(responses), self.padded[1] // LANES
        tiled = np.zeros((tiles, run, LANES), np.float32)
        fill_tiles(responses, self.rule.signed, columns - 1 if self._with_bias else -1, tiled)
        flat, counts = np.ascontiguousarray(thresholds).ravel(), into.reshape(-1)

        def some(first: int, last: int) -> None:
            count_tiles(tiled.reshape(-1), self._tiles, flat, counts, outputs, run, first, last)

        shared(some, tiles, run * outputs * columns)

    def _add_with_numpy(self, responses: Responses, thresholds: npt.NDArray[np.float32], into: Whole) -> None:
        outputs, columns = self.shape
        weights = self._tiles.reshape(-1, outputs, LANES).transpose(1, 0, 2).reshape(outputs, -1)[:, :columns]
        for response, threshold in zip(responses, thresholds.T, strict=True):
            entering = np.ones(columns, np.float32)
            entering[: len(response)] = response if self.rule.signed else np.abs(response)
            into[:, :columns] += weights * entering > threshold[:, None]

    @property
    def _with_bias(self) -> bool:
        return self.rule.bias and self.bias is not None

    @cached_property
    def _exact(self) -> npt.NDArray[np.float64]:
        return self.weight.astype(np.float64)

    @cached_property
    def _tiles(self) -> npt.NDArray[np.float32]:
        """(tile, output, lane), flat: weights, the bias behind them, padded with what is never above a threshold."""
        outputs, columns = self.shape
        padded = np.full(self.padded, np.nan, np.float32)
        padded[:, : self.weight.shape[1]] = self.weight
        if self._with_bias and self.bias is not None:
            padded[:, columns - 1] = self.bias
        if not self.rule.signed:
            np.abs(padded, out=padded)
        return np.ascontiguousarray(padded.reshape(outputs, -1, LANES).transpose(1, 0, 2)).ravel()


def count_plainly(
    weight: npt.NDArray[Any], bias: npt.NDArray[Any] | None, responses: Iterable[npt.NDArray[Any]], rule: Rule
) -> npt.NDArray[np.int64]:
    """(output, column) the same counts sample by sample in float64, as the definition reads."""
    weight = np.asarray(weight, np.float64)
    whole = weight if bias is None or not rule.bias else np.column_stack([weight, bias])
    counts = np.zeros(whole.shape, np.int64)
    for response in responses:
        entering = np.append(response, np.ones(whole.shape[1] - weight.shape[1])).astype(np.float64)
        paths = whole * entering
        total, sizes = paths.sum(axis=1)[None], np.abs(paths).sum(axis=1)[None]
        threshold = rule.threshold(total, sizes, whole.shape[1])[0]
        counts += (paths if rule.signed else np.abs(paths)) > threshold[:, None]
    return counts
