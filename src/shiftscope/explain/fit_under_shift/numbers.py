"""How well rows of one set are told, in comparison with the held-out reference."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

NAN = float("nan")


@dataclass(frozen=True)
class Numbers:
    """Ends of intervals are of 95 %; NaN where there is nothing to measure by."""

    samples: float
    fvu: float  # share of the variance about the set's own mean that is left
    fvu_low: float = NAN
    fvu_high: float = NAN
    error_ratio: float = NAN  # mean squared error, by that on the held-out reference
    error_ratio_low: float = NAN
    error_ratio_high: float = NAN
    fvu_ratio: float = NAN  # by that on the held-out reference
    fvu_ratio_low: float = NAN
    fvu_ratio_high: float = NAN
    quietness: float = NAN  # variance of the set, by that of the held-out reference
    kept: float = NAN  # share of predictions that stay
    kept_low: float = NAN
    kept_high: float = NAN
    control: float = NAN  # the same with errors of samples of the held-out reference
    lost: float = NAN  # control − kept
    lost_low: float = NAN
    lost_high: float = NAN
    kl: float = NAN  # mean divergence of the probabilities, in nats


FIELDS = tuple(field.name for field in dataclasses.fields(Numbers))


def as_array(numbers: Numbers) -> npt.NDArray[np.float64]:
    """(field,)"""
    return np.array(dataclasses.astuple(numbers), np.float64)


def from_array(array: npt.NDArray[np.float64]) -> Numbers:
    return Numbers(*map(float, array))
