"""Whether as many answers were broken as fixed."""

from __future__ import annotations

import math

EXACT_UP_TO = 1000  # discordant pairs; beyond, the two ways differ by less than anyone reads off


def mcnemar(fixed: int, broken: int) -> float:
    """Two-sided p-value of a change between paired answers, from the discordant pairs alone.

    Up to 1,000 of them the exact conditional test: twice the smaller binomial tail at one half, at most 1. Beyond
    the chi-square approximation without continuity correction.

    Parameters
    ----------
    fixed, broken
        Pairs that turned from wrong to right, and from right to wrong.

    Returns
    -------
    From 0 to 1
        1 where nothing is discordant.

    References
    ----------
    McNemar (1947), Note on the sampling error of the difference between correlated proportions or percentages.
    """
    discordant = fixed + broken
    if discordant > EXACT_UP_TO:
        return math.erfc(abs(fixed - broken) / math.sqrt(2 * discordant))
    tail = sum(math.comb(discordant, count) for count in range(min(fixed, broken) + 1))
    return min(1.0, 2 * tail / (1 << discordant))
