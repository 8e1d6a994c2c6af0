"""Units in the order of one number."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from shiftscope.arrays import UnitArray


def ranked(values: UnitArray, *, ascending: bool = False) -> npt.NDArray[np.intp]:
    """(unit,) units by their value, the largest first unless `ascending`; of equal ones the first, NaN last."""
    return np.argsort(values if ascending else -values, kind="stable")


def responding(shares: UnitArray, how_many: int) -> list[int]:
    """Units with a positive share, largest first; the undefined ones are left out."""
    order = ranked(shares)[:how_many]
    return [int(unit) for unit in order if shares[unit] > 0]


def rank(values: UnitArray, index: int) -> tuple[int, int]:
    """Place of a unit from the largest value on, equal ones sharing the first of their places; of how many."""
    return int(np.count_nonzero(values > values[index])) + 1, int(np.count_nonzero(~np.isnan(values)))
