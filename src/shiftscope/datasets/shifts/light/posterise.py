"""Few tones."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import numpy.typing as npt

from shiftscope.datasets.shifts.draw import Draw
from shiftscope.datasets.shifts.levels import WHITE, Levels, rounded_ratio
from shiftscope.datasets.shifts.shift_kind import shift_kind


@shift_kind(at_one=lambda side: "2 tones a channel")
def posterise(levels: Levels, strength: float, draw: Draw) -> Levels:
    """The nearest of few evenly spaced tones, whose distance grows geometrically to the whole range."""
    return _tones(round(255 / 255**strength))[levels]


@lru_cache(maxsize=8)
def _tones(steps: int) -> npt.NDArray[np.int64]:
    """(level,) the nearest of `steps` + 1 tones for each of the levels there can be."""
    nearest = rounded_ratio(np.arange(WHITE + 1) * steps, WHITE)
    return rounded_ratio(nearest * WHITE, steps)
