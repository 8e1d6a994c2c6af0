"""Which category each unit responds to most, and how many change it."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from shiftscope.arrays import CategoryUnitArray

NONE = -1  # of a unit that responds to no category


def preferred_category(means: CategoryUnitArray) -> npt.NDArray[np.int64]:
    """(unit,) the category of the largest mean response, the first of equal ones; `NONE` where none is above zero.

    Parameters
    ----------
    means : (category, unit)
        Mean responses, NaN for a category without samples.
    """
    known = np.where(np.isnan(means), -np.inf, means)
    found = known.argmax(axis=0)
    return np.where(known.max(axis=0) > 0, found, NONE)


def moved(before: CategoryUnitArray, after: CategoryUnitArray) -> tuple[int, int]:
    """How many units prefer another category, of how many that prefer one in both; categories that either lacks are
    left out.

    Parameters
    ----------
    before, after : (category, unit)
        Mean responses, NaN for a category without samples.
    """
    shared = ~(np.isnan(before).all(axis=1) | np.isnan(after).all(axis=1))
    first, second = (
        (preferred_category(means[shared]) for means in (before, after)) if shared.any() else ((), ())
    )
    both = np.not_equal(first, NONE) & np.not_equal(second, NONE)
    return int((both & np.not_equal(first, second)).sum()), int(both.sum())
