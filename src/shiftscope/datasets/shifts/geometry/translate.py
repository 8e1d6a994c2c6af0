"""Translation."""

from __future__ import annotations

import math

import numpy as np

from shiftscope.datasets.metadata import Plain
from shiftscope.datasets.shifts.draw import Draw
from shiftscope.datasets.shifts.levels import Levels, shorter_side
from shiftscope.datasets.shifts.shift_kind import shift_kind
from shiftscope.datasets.shifts.tools.reflection import reflected


def drawn(strength: float, draw: Draw) -> dict[str, Plain]:
    """The direction in degrees, anticlockwise from the right."""
    return {"angle": draw.below(360)}


@shift_kind(draws=True, drawn=drawn, at_one=lambda side: f"{side / 2:.3g} pixels")
def translate(levels: Levels, strength: float, draw: Draw) -> Levels:
    """Moved by whole pixels in a drawn direction; edges reflected."""
    distance, radians = shorter_side(levels) * strength / 2, math.radians(draw.below(360))
    up, right = round(distance * math.sin(radians)), round(distance * math.cos(radians))
    rows, columns = levels.shape[:2]
    from_rows = reflected(np.arange(rows) + up, rows)
    from_columns = reflected(np.arange(columns) - right, columns)
    return levels[from_rows[:, np.newaxis], from_columns]
