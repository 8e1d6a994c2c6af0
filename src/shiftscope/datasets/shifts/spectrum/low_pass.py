"""Fine detail taken away."""

from __future__ import annotations

from shiftscope.datasets.shifts.draw import Draw
from shiftscope.datasets.shifts.levels import Levels, shorter_side
from shiftscope.datasets.shifts.shift_kind import shift_kind
from shiftscope.datasets.shifts.tools.cosines import filtered, low_gains

LOWEST = 4  # cycles per shorter side


@shift_kind(at_one=lambda side: f"up to {LOWEST} cycles an image")
def low_pass(levels: Levels, strength: float, draw: Draw) -> Levels:
    """Frequencies damped above a cut-off that falls geometrically from the highest there is."""
    highest = shorter_side(levels) / 2
    cutoff = highest ** (1 - strength) * LOWEST**strength
    rows, columns = levels.shape[:2]
    return filtered(levels, low_gains(rows, columns, cutoff))
