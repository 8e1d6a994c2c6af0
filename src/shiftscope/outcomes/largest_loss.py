"""Where a share fell most."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from shiftscope.statistics.newcombe import newcombe


@dataclass(frozen=True)
class Loss:
    """Of each category's accuracy in the set where it lost most, as difference of two shares."""

    place: npt.NDArray[np.intp]  # (category,) which set
    change: npt.NDArray[np.float64]  # (category,) NaN where the reference or every set lacks samples
    low: npt.NDArray[np.float64]  # (category,) of the 95 % interval
    high: npt.NDArray[np.float64]


def largest_loss(
    right: npt.NDArray[np.int64],
    total: npt.NDArray[np.int64],
    usual_right: npt.NDArray[np.int64],
    usual_total: npt.NDArray[np.int64],
) -> Loss:
    """The smallest change of each category's accuracy over several sets; of equal ones the first.

    Parameters
    ----------
    right, total : (set, category)
        How many samples are classified right, of how many.
    usual_right, usual_total : (category,)
        The same in the reference.
    """
    change, low, high = newcombe(right, total, usual_right, usual_total)
    place = np.where(np.isnan(change), np.inf, change).argmin(axis=0)
    return Loss(place, *(np.take_along_axis(a, place[None], axis=0)[0] for a in (change, low, high)))
