"""Rotation."""

from __future__ import annotations

import math

import numpy as np

from shiftscope.datasets.metadata import Plain
from shiftscope.datasets.shifts.draw import Draw
from shiftscope.datasets.shifts.levels import Levels, halved
from shiftscope.datasets.shifts.shift_kind import shift_kind
from shiftscope.datasets.shifts.tools.resampling import FINE, bilinear, from_middle

BITS = 20  # of the direction
LARGEST = 60  # degrees


def drawn(strength: float, draw: Draw) -> dict[str, Plain]:
    """Degrees, anticlockwise."""
    return {"angle": LARGEST * strength * (1 if draw.below(2) else -1)}


@shift_kind(draws=True, drawn=drawn, at_one=lambda side: f"{LARGEST} degrees")
def rotate(levels: Levels, strength: float, draw: Draw) -> Levels:
    """Turned about the middle, to a drawn side; edges reflected."""
    radians = math.radians(LARGEST * strength) * (1 if draw.below(2) else -1)
    cosine, sine = (round((1 << BITS) * wave) for wave in (math.cos(radians), math.sin(radians)))
    rows, columns = levels.shape[:2]
    down, across = from_middle(rows)[:, np.newaxis], from_middle(columns)
    half = FINE // 2  # distances are in half pixels
    from_row = halved(half * (cosine * down + sine * across), BITS) + half * (rows - 1)
    from_column = halved(half * (cosine * across - sine * down), BITS) + half * (columns - 1)
    return bilinear(levels, from_row, from_column)
