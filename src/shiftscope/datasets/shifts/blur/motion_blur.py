"""Motion blur: a camera that moved."""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np

from shiftscope.datasets.metadata import Plain
from shiftscope.datasets.shifts.draw import Draw
from shiftscope.datasets.shifts.levels import Levels, shorter_side
from shiftscope.datasets.shifts.shift_kind import shift_kind
from shiftscope.datasets.shifts.tools.convolution import convolved
from shiftscope.datasets.shifts.tools.kernels import Kernel, shared_out

POINTS = 64
UNIT = 1 << 10  # of a pixel


def drawn(strength: float, draw: Draw) -> dict[str, Plain]:
    """The direction in degrees, anticlockwise from the horizontal."""
    return {"angle": draw.below(180)}


@shift_kind(draws=True, drawn=drawn, at_one=lambda side: f"a line of {side * 40 / 224:.2g} pixels")
def motion_blur(levels: Levels, strength: float, draw: Draw) -> Levels:
    """Each point spread over a line in a drawn direction."""
    length = round(shorter_side(levels) * strength * 40 / 224 * UNIT)
    return convolved(levels, _line(length, draw.below(180)))


@lru_cache(maxsize=256)
def _line(length: int, angle: int) -> Kernel:
    """Points along a line through the middle, its length in 1/1,024 pixel."""
    radians = math.radians(angle)
    along = [(2 * place - POINTS + 1) / (2 * POINTS) * length for place in range(POINTS)]
    rows = np.array([round(-step * math.sin(radians)) for step in along])
    columns = np.array([round(step * math.cos(radians)) for step in along])
    return shared_out(rows, columns, UNIT)
