"""The discrete Fourier transform of levels."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from shiftscope.datasets.shifts.levels import Levels
from shiftscope.datasets.shifts.tools.exact_products import (
    Whole,
    back_to_levels,
    on_fine_grid,
    product,
    whole_matrix,
)


class Spectrum(NamedTuple):
    """(channel, row, column) of the frequencies that a real picture needs: columns 0 … width // 2."""

    real: Whole
    imaginary: Whole


def spectrum(levels: Levels) -> Spectrum:
    """The orthonormal transform, in units of 1/4,096 level."""
    rows, columns = levels.shape[:2]
    across = product(on_fine_grid(levels), _half_waves(columns))
    real, imaginary = np.split(across, 2, axis=2)
    both = product(_waves(rows), np.concatenate([real, imaginary], axis=1))
    return Spectrum(*np.split(both, 2, axis=1))


def from_spectrum(parts: Spectrum, columns: int) -> Levels:
    """The picture of a spectrum, whose width it does not tell."""
    rows = parts.real.shape[1]
    both = product(_waves(rows).T, np.concatenate(parts, axis=1))
    across = np.concatenate(np.split(both, 2, axis=1), axis=2)
    count = columns // 2 + 1
    alone = [0] if columns % 2 else [0, columns // 2]  # without a mirrored frequency that is left out
    times = np.full(count, 2.0)
    times[alone] = 1.0
    return back_to_levels(product(across * np.concatenate([times, times]), _half_waves(columns).T))


@lru_cache(maxsize=4)
def _half_waves(side: int) -> Whole:
    """(place, frequency) cosines of the frequencies 0 … side // 2, and behind them the sines, negative."""
    cosine, sine = _tables(side)
    steps = np.outer(np.arange(side), np.arange(side // 2 + 1)) % side
    return whole_matrix(np.concatenate([cosine[steps], -sine[steps]], axis=1))


@lru_cache(maxsize=4)
def _waves(side: int) -> Whole:
    """(frequency, place) of complex columns, their imaginary parts below their real ones."""
    cosine, sine = _tables(side)
    steps = np.outer(np.arange(side), np.arange(side)) % side
    return whole_matrix(np.block([[cosine[steps], sine[steps]], [-sine[steps], cosine[steps]]]))


def _tables(side: int) -> tuple[Whole, Whole]:
    """(step,) cosine and sine of each part of a turn, over the square root of their number."""
    angles = [2 * math.pi * step / side for step in range(side)]
    scale = math.sqrt(1 / side)
    return np.array([*map(math.cos, angles)]) * scale, np.array([*map(math.sin, angles)]) * scale
