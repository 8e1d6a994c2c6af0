"""Units that are active in one of two datasets alone."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from shiftscope.arrays import UnitArray

RARE, ACTIVE = 0.001, 0.01  # shares of samples: below in the one dataset, above in the other

Units = npt.NDArray[np.intp]


def active_alone(before: UnitArray, after: UnitArray) -> tuple[Units, Units]:
    """Ascending numbers of the units of the first dataset alone, and of those of the second alone.

    Parameters
    ----------
    before, after : (unit,) shares of samples
        In which each unit fires; NaN is neither rare nor active.
    """
    lost, new = (before > ACTIVE) & (after < RARE), (after > ACTIVE) & (before < RARE)
    return np.flatnonzero(lost), np.flatnonzero(new)
