"""p-values of a difference over its standard error."""

from __future__ import annotations

import numpy as np

from shiftscope.arrays import UnitArray


def two_sided(difference: UnitArray, error: UnitArray, *, freedom: UnitArray | float = np.inf) -> UnitArray:
    """(unit,) chance of a difference at least this large either way, by the normal or, with finite degrees of
    `freedom`, by Student's distribution; NaN where the error is zero."""
    from scipy.special import stdtr

    size = np.abs(difference) / np.where(error > 0, error, np.nan)
    return np.asarray(2 * stdtr(freedom, -size), np.float64)
