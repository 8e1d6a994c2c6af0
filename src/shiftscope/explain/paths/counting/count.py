"""How many of some samples make each path of a linear map significant."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from shiftscope.errors import ShapeError
from shiftscope.explain.paths.counting.lane_count import LANES
from shiftscope.explain.paths.counting.printed_rule import low_rank
from shiftscope.explain.paths.counting.rules import Rule
from shiftscope.threads import shared

Responses = npt.NDArray[np.floating[Any]]  # (sample, input)
Whole = npt.NDArray[np.unsignedinteger[Any]]

AT_ONCE = 1024  # samples whose rows and thresholds are in memory


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
        return outputs, inputs + int(self.with_bias)

    @property
    def padded(self) -> tuple[int, int]:
        """(output, column) as counted, with columns behind the last that stay zero."""
        outputs, columns = self.shape
        return outputs, -(-columns // LANES) * LANES

    def count(self, responses: Responses) -> npt.NDArray[np.uint32]:
        """(output, column) samples in which each path is significant.

        A row's sum is formed in float64 and its threshold rounded up to float32; products are compared with that
        exactly. So a path may be missed that is above its threshold by less than 1.2e-7 of it.

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
            bias = self.bias if self.with_bias else None
            low_rank(self.weight, bias, responses, sizes).add_to(into, self.shape[1])
            return
        ends = np.cumsum([0, *sizes])
        for start, block in self._blocks(responses):
            stop = start + block.samples
            first, last = np.searchsorted(ends, start, "right") - 1, np.searchsorted(ends, stop)
            block.add(np.clip(ends[first : last + 1], start, stop) - start, into[first:last])

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
        ends, at = np.cumsum([0, *sizes]).tolist(), 0
        into[:] = 0
        for start, block in self._blocks(responses):
            stop = start + block.samples
            while at < len(sizes) and ends[at] < stop:
                here = np.array([max(ends[at], start), min(ends[at + 1], stop)]) - start
                block.add(here, into[None])
                if ends[at + 1] > stop:
                    break
                yield into
                into[:] = 0
                at += 1
        for _ in range(at, len(sizes)):
            yield into
            into[:] = 0

    def _blocks(self, responses: Responses) -> Iterator[tuple[int, _Block]]:
        """The first sample of each block, and the block."""
        self._check(responses)
        kind = _CompiledBlock if self.compiled else _Block
        for start in range(0, len(responses), AT_ONCE):
            yield start, kind(self, responses[start : start + AT_ONCE])

    def _check(self, responses: Responses) -> None:
        if responses.ndim != 2 or responses.shape[1] != self.weight.shape[1]:
            raise ShapeError(
                f"responses of shape {responses.shape} for a map of {self.weight.shape[1]} inputs."
            )

    def thresholds(
        self, responses: npt.NDArray[np.float64], first: int, last: int
    ) -> npt.NDArray[np.float64]:
        """(output, sample) what paths of the outputs from `first` to before `last` have to exceed."""
        total = self._exact[first:last] @ responses.T
        sizes = np.abs(self._exact[first:last]) @ np.abs(responses).T if self.rule.sizes else None
        if self.with_bias and self.bias is not None:
            bias = self.bias[first:last, None]
            total += bias
            if sizes is not None:
                sizes += np.abs(bias)
        return self.rule.threshold(total, sizes, self.shape[1])

    @property
    def with_bias(self) -> bool:
        return self.rule.bias and self.bias is not None

    @cached_property
    def _exact(self) -> npt.NDArray[np.float64]:
        return self.weight.astype(np.float64)

    @cached_property
    def tiled(self) -> npt.NDArray[np.float32]:
        """(tile, output, lane) of -1 times the weights, the bias behind them; NaN in the columns behind that."""
        outputs, columns = self.shape
        padded = np.full(self.padded, np.nan, np.float32)
        padded[:, : self.weight.shape[1]] = self.weight
        if self.with_bias and self.bias is not None:
            padded[:, columns - 1] = self.bias
        there = padded[:, :columns]
        np.negative(there if self.rule.signed else np.abs(there), out=there)
        return np.ascontiguousarray(padded.reshape(outputs, -1, LANES).transpose(1, 0, 2))


class _Block:
    """Some samples on their way through a map, counted with NumPy."""

    def __init__(self, counter: Counter, responses: Responses) -> None:
        self.counter, self.samples = counter, len(responses)
        exact = responses.astype(np.float32).astype(np.float64)
        self.thresholds = _rounded_up(counter.thresholds(exact, 0, counter.shape[0]))
        self.entering: npt.NDArray[np.floating[Any]] = np.ones((self.samples, counter.shape[1]))
        self.entering[:, : exact.shape[1]] = exact if counter.rule.signed else np.abs(exact)

    def add(self, ends: npt.NDArray[np.int64], into: Whole) -> None:
        """Add to (run, output, padded column) counts; run r are the samples from ends[r] to before ends[r + 1]."""
        outputs, columns = self.counter.shape
        weights = -self.counter.tiled.transpose(1, 0, 2).reshape(outputs, -1)[:, :columns].astype(np.float64)
        for run, (first, last) in enumerate(pairwise(ends.tolist())):
            for sample in range(first, last):
                above = weights * self.entering[sample] > self.thresholds[:, sample, None]
                into[run, :, :columns] += above


class _CompiledBlock(_Block):
    """The same by compiled loops and several threads."""

    def __init__(self, counter: Counter, responses: Responses) -> None:
        from shiftscope.explain.paths.counting.tiles import fill_tiles, rounded_up, widened

        self.counter, self.samples = counter, len(responses)
        (outputs, columns), single = counter.shape, widened(responses)
        exact = np.empty(single.shape, np.float64)
        shared(
            lambda first, last: np.copyto(exact[first:last], single[first:last]), self.samples, exact.size * 8
        )
        self.thresholds = np.empty((outputs, self.samples), np.float32)

        def some_thresholds(first: int, last: int) -> None:
            into = self.thresholds[first:last].ravel()
            rounded_up(counter.thresholds(exact, first, last).ravel(), into, into.view(np.int32))

        shared(some_thresholds, outputs, exact.size * outputs, large=True)
        self.entering = np.empty((len(counter.tiled), self.samples, LANES), np.float32)
        bias = columns - 1 if counter.with_bias else -1

        def some_tiles(first: int, last: int) -> None:
            fill_tiles(single, counter.rule.signed, bias, self.entering, first, last)

        shared(some_tiles, len(counter.tiled), exact.size * 8)

    def add(self, ends: npt.NDArray[np.int64], into: Whole) -> None:
        from shiftscope.explain.paths.counting.lanes import count_tiles

        outputs, columns = self.counter.shape
        arrays = self.entering.ravel(), self.counter.tiled.ravel(), self.thresholds.ravel(), into.reshape(-1)

        def some(first: int, last: int) -> None:
            count_tiles(*arrays, ends, outputs, self.samples, first, last)

        shared(some, len(self.counter.tiled), int(ends[-1] - ends[0]) * outputs * columns)


def _rounded_up(exact: npt.NDArray[np.float64]) -> npt.NDArray[np.float32]:
    """The least float32 that is not below, so that a path equal to its threshold is not above it; never -0."""
    single = exact.astype(np.float32)
    return np.where(single < exact, np.nextafter(single, np.float32(np.inf)), single) + np.float32(0)


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
