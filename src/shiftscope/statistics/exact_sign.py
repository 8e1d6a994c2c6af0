"""Whether as many pairs go up as down."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from shiftscope.arrays import UnitArray


def exact_sign(up: npt.NDArray[np.integer[Any]], down: npt.NDArray[np.integer[Any]]) -> UnitArray:
    """(unit,) two-sided p of the exact sign test: twice the smaller binomial tail at one half, at most 1.

    Parameters
    ----------
    up, down : (unit,)
        Pairs that differ, by the direction.

    Returns
    -------
    (unit,)
        NaN where no pair differs.

    References
    ----------
    Dixon & Mood (1946), The statistical sign test.
    """
    from scipy.special import bdtr

    differing = up + down
    tail = bdtr(np.minimum(up, down), np.maximum(differing, 1), 0.5)
    return np.where(differing > 0, np.minimum(1.0, 2 * tail), np.nan)
