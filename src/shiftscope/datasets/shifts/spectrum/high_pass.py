"""Coarse structure taken away."""

from __future__ import annotations

from shiftscope.datasets.shifts.draw import Draw
from shiftscope.datasets.shifts.levels import ONE, Levels, shorter_side
from shiftscope.datasets.shifts.shift_kind import shift_kind
from shiftscope.datasets.shifts.tools.cosines import filtered, low_gains


def cutoff(side: int, strength: float) -> float:
    """Cycles per shorter side."""
    return min(0.5, 2 * strength) + side * strength * strength / 4


@shift_kind(at_one=lambda side: f"from {cutoff(side, 1):.0f} cycles an image on")
def high_pass(levels: Levels, strength: float, draw: Draw) -> Levels:
    """Frequencies damped below a cut-off that rises; the mean is kept."""
    rows, columns = levels.shape[:2]
    gains = ONE - low_gains(rows, columns, cutoff(shorter_side(levels), strength))
    gains[0, 0] = ONE
    return filtered(levels, gains)
