"""How sure a difference of two shares of the same samples is."""

from __future__ import annotations

import math

from shiftscope.statistics.wilson import Z


def agresti_min(first_alone: int, second_alone: int, pairs: int) -> tuple[float, float, float]:
    """The first share minus the second and its 95 % interval, from paired answers.

    The interval is Wald's with one half added to each of the four cells, which keeps its coverage where few pairs
    differ.

    Parameters
    ----------
    first_alone, second_alone
        Pairs that only the first, and only the second, has.
    pairs
        All of them.

    Returns
    -------
    difference, low, high
        From -1 to 1; NaN without pairs.

    References
    ----------
    Agresti & Min (2005), Simple improved confidence intervals for comparing matched proportions, Statistics in
    Medicine 24, 729-740.
    """
    if not pairs:
        return math.nan, math.nan, math.nan
    one, other, total = first_alone + 0.5, second_alone + 0.5, pairs + 2
    middle = (one - other) / total
    half = Z * math.sqrt(one + other - (one - other) ** 2 / total) / total
    return (first_alone - second_alone) / pairs, max(middle - half, -1.0), min(middle + half, 1.0)
