"""Defocus blur: a lens out of focus."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from shiftscope.datasets.shifts.draw import Draw
from shiftscope.datasets.shifts.levels import Levels, shorter_side
from shiftscope.datasets.shifts.shift_kind import shift_kind
from shiftscope.datasets.shifts.tools.convolution import convolved
from shiftscope.datasets.shifts.tools.kernels import Kernel, shared_out

FINE = 16  # points of the disk in a pixel


@shift_kind(at_one=lambda side: f"a disk of radius {side * 12 / 224:.2g} pixels")
def defocus_blur(levels: Levels, strength: float, draw: Draw) -> Levels:
    """Each point spread over a disk."""
    radius = shorter_side(levels) * strength * 12 / 224
    return convolved(levels, _disk(int((FINE * radius) ** 2)))


@lru_cache(maxsize=8)
def _disk(squared_radius: int) -> Kernel:
    """The points within a radius, whose square is in 1/256 square pixels."""
    reach = int(squared_radius**0.5) + 1
    rows, columns = np.mgrid[-reach : reach + 1, -reach : reach + 1]
    inside = rows**2 + columns**2 <= squared_radius
    return shared_out(rows[inside], columns[inside], FINE)
