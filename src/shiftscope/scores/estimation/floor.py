"""What sampling alone makes of a score of rank correlations."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from shiftscope.arrays import UnitArray

CHANCES = 50  # equally likely correlations that a floor is the mean over


def floor(compute: Callable[[UnitArray], UnitArray], expected: UnitArray, categories: int) -> UnitArray:
    """(unit,) mean of a score over rank correlations that scatter about the one to be expected.

    Profiles of few categories correlate a little, one way or the other, even where neither has an order: then r is
    distributed so that r sqrt((categories - 2) / (1 - r^2)) is Student's t. Around rho they scatter 1 - rho^2 times as
    far.

    Parameters
    ----------
    compute
        The score of (unit,) correlations.

    References
    ----------
    Kendall & Gibbons (1990), Rank Correlation Methods.
    """
    from scipy.special import stdtrit

    freedom = max(1, categories - 2)
    t = stdtrit(freedom, (np.arange(CHANCES) + 0.5) / CHANCES)[:, None]
    scattered = np.clip(expected + (1 - expected**2) * t / np.sqrt(freedom + t**2), -1, 1)
    mean: UnitArray = compute(scattered.ravel()).reshape(scattered.shape).mean(axis=0)
    return mean
