"""How sure a mean is."""

from __future__ import annotations

import math

from shiftscope.statistics.wilson import Z


def mean_band(count: int, total: float, squares: float) -> tuple[float, float, float]:
    """A mean and its 95 % band by the normal approximation; the band NaN of fewer than two values.

    Parameters
    ----------
    count
        How many values there are.
    total, squares
        Their sum and the sum of their squares.
    """
    if not count:
        return math.nan, math.nan, math.nan
    mean = total / count
    if count < 2:
        return mean, math.nan, math.nan
    variance = max(squares - count * mean**2, 0.0) / (count - 1)
    half = Z * math.sqrt(variance / count)
    return mean, mean - half, mean + half
