"""Phases turned: the same frequencies, in other places."""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from shiftscope.datasets.shifts.draw import Draw
from shiftscope.datasets.shifts.levels import ONE, Levels
from shiftscope.datasets.shifts.shift_kind import shift_kind
from shiftscope.datasets.shifts.tools.exact_products import Whole
from shiftscope.datasets.shifts.tools.waves import Spectrum, from_spectrum, spectrum

ANGLES = 4096  # different ones


@shift_kind(draws=True, at_one=lambda side: "uniform phases")
def phase_scramble(levels: Levels, strength: float, draw: Draw) -> Levels:
    """Each frequency's phase turned by a drawn angle, by half a turn at most, in all channels alike."""
    rows, columns = levels.shape[:2]
    real, imaginary = spectrum(levels)
    cosine, sine = _turns(rows, columns, strength, draw)
    turned = Spectrum(
        np.rint((real * cosine - imaginary * sine) * (1 / ONE)),
        np.rint((real * sine + imaginary * cosine) * (1 / ONE)),
    )
    return from_spectrum(turned, columns)


def _turns(rows: int, columns: int, strength: float, draw: Draw) -> tuple[Whole, Whole]:
    """(row, frequency) cosine and sine of the angles in units of 2^-16, opposite for opposite frequencies."""
    count = columns // 2 + 1
    angles = (draw.words(rows * count, 16) >> 4).astype(np.int64).reshape(rows, count)
    alone = [0] if columns % 2 else [0, columns // 2]  # columns that hold frequencies and their opposites
    opposite = -np.arange(rows) % rows
    later = np.arange(rows) > opposite
    still = np.arange(rows) == opposite
    for column in alone:
        angles[later, column] = ANGLES - 1 - angles[opposite[later], column]
    tables = _tables(strength)
    cosine, sine = (table[angles] for table in tables)
    for column in alone:
        cosine[still, column], sine[still, column] = ONE, 0
    return cosine, sine


@lru_cache(maxsize=4)
def _tables(strength: float) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """(angle,) cosine and sine of angles spread evenly between - strength and strength times half a turn."""
    angles = [math.pi * strength * (2 * place + 1 - ANGLES) / ANGLES for place in range(ANGLES)]
    cosine, sine = (np.array([round(ONE * wave(each)) for each in angles]) for wave in (math.cos, math.sin))
    return cosine.astype(np.float64), sine.astype(np.float64)
