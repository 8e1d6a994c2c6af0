"""Divisions of samples into two halves, at random: what chance makes of two sets."""

from __future__ import annotations

from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

Samples = TypeVar("Samples", bound=npt.NDArray[Any])
DIVISIONS = 5  # where it is not said how many


def random_halves(samples: Samples, rng: np.random.Generator) -> tuple[Samples, Samples]:
    """Of (sample, ...), in an order of their own; of an odd number the second has one more."""
    order = rng.permutation(len(samples))
    return samples[order[: len(order) // 2]], samples[order[len(order) // 2 :]]  # type: ignore[return-value]


def division_rng(seed: int, division: int) -> np.random.Generator:
    """What draws one of several divisions, counted from 1; the first is that of the seed alone."""
    return np.random.default_rng(seed if division == 1 else [seed, division])
