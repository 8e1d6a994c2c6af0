"""Which units respond to the same categories."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from shiftscope.arrays import UnitArray
from shiftscope.summaries.category_sums import CategorySums

AT_ONCE = 4_000_000  # numbers of a block
FEWEST = 3  # categories; two always lie on a line
ROUNDING = 1e-9  # of a profile's size; less spread than this is none


def similar_profiles(sums: CategorySums, unit: int, units: Sequence[int] | None = None) -> UnitArray:
    """Pearson correlation of a unit's mean responses to the categories with those of other units.

    The scale of a unit does not count, nor do categories without samples. Memory is that of a block of units.

    Parameters
    ----------
    sums
        Of one dataset and layer.
    unit
        The one that is compared.
    units
        With these; with all in their order where not given.

    Returns
    -------
    (unit,) from -1 to 1
        1 for the unit itself. NaN for a unit that responds to all categories alike, and for all with fewer than
        three categories.

    References
    ----------
    Pearson (1895), Note on regression and inheritance in the case of two parents.
    """
    present = np.flatnonzero(sums.count > 0)
    others = np.arange(sums.total.shape[1]) if units is None else np.asarray(units, np.intp)
    found = np.full(len(others), np.nan)
    if len(present) < FEWEST:
        return found
    count = sums.count[present, None]

    def standardised(block: npt.NDArray[np.intp]) -> npt.NDArray[np.float64]:
        """(category, unit) profiles of mean 0 and length 1; NaN where nothing varies."""
        means = sums.total[np.ix_(present, block)] / count
        size = np.abs(means).max(axis=0)
        apart = means - means.mean(axis=0)
        length = np.sqrt((apart**2).sum(axis=0))
        flat = length <= ROUNDING * size * np.sqrt(len(present))
        profiles: npt.NDArray[np.float64] = apart / np.where(flat, np.nan, length)
        return profiles

    ours = standardised(np.array([unit]))[:, 0]
    step = max(1, AT_ONCE // len(present))
    for start in range(0, len(others), step):
        block = others[start : start + step]
        found[start : start + step] = np.clip(ours @ standardised(block), -1, 1)
    return found
