"""Where single responses of one unit stand among each other, in two sets at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from shiftscope.arrays import SampleUnitArray, in_order

HALVES = 2**16  # numbers of half precision


@dataclass(frozen=True)
class EmpiricalCdf:
    """The distinct responses of both sets, smallest first, and how many samples of each set have them."""

    values: npt.NDArray[np.float64]  # (step,)
    ours: npt.NDArray[np.int64]  # (step,) samples
    theirs: npt.NDArray[np.int64]
    of_ours: npt.NDArray[np.intp]  # (sample,) step of each sample of the first set
    of_theirs: npt.NDArray[np.intp]


def empirical_cdfs(ours: SampleUnitArray, theirs: SampleUnitArray) -> list[EmpiricalCdf]:
    """Of each unit, from (sample, unit) responses without NaN."""
    return [_of_unit(*both) for both in zip(ours.T, theirs.T, strict=True)]


def _of_unit(ours: npt.NDArray[Any], theirs: npt.NDArray[Any]) -> EmpiricalCdf:
    """Many numbers of half precision are counted instead of sorted."""
    many = len(ours) + len(theirs) >= HALVES // 4
    if many and (keys := _halves(ours)) is not None and (others := _halves(theirs)) is not None:
        return _counted(keys, others)
    values, place = np.unique(np.concatenate([ours, theirs]) + 0.0, return_inverse=True)
    of_ours, of_theirs = place[: len(ours)], place[len(ours) :]
    counts = [np.bincount(of, minlength=len(values)) for of in (of_ours, of_theirs)]
    return EmpiricalCdf(values.astype(np.float64), counts[0], counts[1], of_ours, of_theirs)


def _counted(ours: npt.NDArray[np.intp], theirs: npt.NDArray[np.intp]) -> EmpiricalCdf:
    our_counts, their_counts = (np.bincount(keys, minlength=HALVES) for keys in (ours, theirs))
    there = np.flatnonzero(our_counts + their_counts)
    step = np.zeros(HALVES, np.intp)
    step[there] = np.arange(len(there))
    return EmpiricalCdf(
        _values(there), our_counts.take(there), their_counts.take(there), step.take(ours), step.take(theirs)
    )


def _halves(responses: npt.NDArray[Any]) -> npt.NDArray[np.intp] | None:
    """(sample,) numbers from 0 to 65,535 in the order of the responses; None where these need more than 16 bits."""
    with np.errstate(over="ignore"):
        halves = responses.astype(np.float16, copy=False)
    if responses.dtype != np.float16 and not np.array_equal(halves, responses):
        return None
    keys = in_order(halves.view(np.int16))
    keys[keys == -1] = 0  # minus zero is zero
    return keys.astype(np.intp) + HALVES // 2


def _values(keys: npt.NDArray[np.intp]) -> npt.NDArray[np.float64]:
    bits = in_order((keys - HALVES // 2).astype(np.int16))
    return bits.view(np.float16).astype(np.float64)
