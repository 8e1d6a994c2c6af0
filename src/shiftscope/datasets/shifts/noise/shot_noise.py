"""Shot noise: too few photons."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from shiftscope.datasets.shifts.draw import Draw
from shiftscope.datasets.shifts.levels import LEVEL, WHITE, Levels, halved, shorter_side
from shiftscope.datasets.shifts.noise.gaussian_noise import normal_quantiles
from shiftscope.datasets.shifts.shift_kind import coarseness, shift_kind

PHOTONS = 3  # of white at strength 1 and 224 pixels
COUNTED = 4_096  # photons of white up to which they are counted; more are as good as normal
QUARTER = LEVEL // 4
BITS = 24  # of a random number


class _Counts(NamedTuple):
    """For each brightness in turn the steps of its distribution, and the levels that each step stands for."""

    ends: npt.NDArray[np.int64]  # rising throughout: brightness * 2^24 + cumulative probability
    levels: npt.NDArray[np.int64]


@shift_kind(
    draws=True, at_one=lambda side: f"white is {PHOTONS / coarseness(side) ** 2:.0f} photons on average"
)
def shot_noise(levels: Levels, strength: float, draw: Draw) -> Levels:
    """Each element replaced by a Poisson number of photons, whose mean is its brightness."""
    photons = PHOTONS / (coarseness(shorter_side(levels)) * strength) ** 2
    if photons > COUNTED:
        return _normal(levels, photons, draw)
    step = QUARTER if (levels % LEVEL).any() else LEVEL
    counts = _counts(photons, step)
    words = draw.words(levels.size, 32).reshape(levels.shape).astype(np.int64) >> (32 - BITS)
    brightness = (levels + step // 2) // step
    step_of = np.searchsorted(counts.ends, (brightness << BITS) + words, side="right")
    return counts.levels[step_of]


def _normal(levels: Levels, photons: float, draw: Draw) -> Levels:
    """The same mean and variance where photons are too many to be counted."""
    deviation = np.rint(np.sqrt(levels * (WHITE / photons))).astype(np.int64)
    words = draw.words(levels.size, 16).reshape(levels.shape)
    return levels + halved(deviation * normal_quantiles()[words], 12)


@lru_cache(maxsize=4)
def _counts(photons: float, step: int) -> _Counts:
    values = WHITE // step + 1
    ends, levels = [], []
    for brightness in range(values):
        first, steps = poisson_steps(photons * brightness / (values - 1))
        ends.append((brightness << BITS) + steps)
        levels.append(np.rint((first + np.arange(len(steps))) * (WHITE / photons)))
    return _Counts(np.concatenate(ends), np.concatenate(levels).astype(np.int64))


def poisson_steps(mean: float) -> tuple[int, npt.NDArray[np.int64]]:
    """The smallest count and the cumulative probabilities from it on, in units of 2^-24; the last one is a whole.

    From the most likely count outwards by ratios, which takes no exponential.
    """
    mode = int(mean)
    width = int(6 * np.sqrt(mean)) + 12
    counts = np.arange(max(mode - width, 0), mode + width + 1)
    upwards = np.cumprod(mean / counts[counts > mode])
    downwards = np.cumprod(counts[(counts > 0) & (counts <= mode)][::-1] / mean) if mode else np.empty(0)
    downwards = downwards[: mode - counts[0]]
    relative = np.concatenate([downwards[::-1], [1.0], upwards])
    cumulative = np.add.accumulate(relative)
    steps = np.rint(cumulative / cumulative[-1] * (1 << BITS)).astype(np.int64)
    return int(counts[0]), steps
