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

Profiles = npt.NDArray[np.float32]  # (category, unit)


def standard_profiles(sums: CategorySums, units: Sequence[int] | None = None) -> Profiles:
    """Mean responses to the categories with samples, of each unit brought to mean 0 and length 1.

    Memory is that of the profiles and a block of units.

    Parameters
    ----------
    sums
        Of one dataset and layer.
    units
        Only these; all in their order where not given.

    Returns
    -------
    (category, unit)
        NaN for a unit that responds to all categories alike, and for all with fewer than three categories.
    """
    present = np.flatnonzero(sums.count > 0)
    chosen = np.arange(sums.total.shape[1]) if units is None else np.asarray(units, np.intp)
    profiles = np.full((len(present), len(chosen)), np.nan, np.float32)
    if len(present) < FEWEST:
        return profiles
    count = sums.count[present, None]
    step = max(1, AT_ONCE // len(present))
    for start in range(0, len(chosen), step):
        means = sums.total[np.ix_(present, chosen[start : start + step])] / count
        size = np.abs(means).max(axis=0)
        apart = means - means.mean(axis=0)
        length = np.sqrt((apart**2).sum(axis=0))
        flat = length <= ROUNDING * size * np.sqrt(len(present))
        profiles[:, start : start + step] = apart / np.where(flat, np.nan, length)
    return profiles


def similar_profiles(profiles: Profiles, unit: int) -> UnitArray:
    """Pearson correlation of one unit's mean responses to the categories with those of every unit.

    The scale of a unit does not count, nor do categories without samples.

    Parameters
    ----------
    profiles
        As `standard_profiles` has them.
    unit
        The column that is compared.

    Returns
    -------
    (unit,) from -1 to 1
        1 for the unit itself. NaN where a profile is.

    References
    ----------
    Pearson (1895), Note on regression and inheritance in the case of two parents.
    """
    if not len(profiles):
        return np.full(profiles.shape[1], np.nan)
    found: UnitArray = np.clip(profiles[:, unit] @ profiles, -1, 1).astype(np.float64)
    return found
