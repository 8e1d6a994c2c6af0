"""A score of every unit of a layer, with how sure it is."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from shiftscope.arrays import UnitArray

FLAT_FROM = 0.05  # p of equal means; below it they are told apart


@dataclass(frozen=True)
class Estimate:
    """One score of all units: its value, a percentile bootstrap interval and, where it tests something, p and q.

    NaN in `value`: nothing to measure. NaN in `low` and `high`: no interval, since single responses were not
    kept or the value is undefined. NaN in `p` and `q`: nothing to test. NaN in `floor` and `flat_p`: too few samples
    to tell, or single responses were not kept.
    """

    value: UnitArray  # (unit,)
    low: UnitArray  # (unit,) lower end of the interval
    high: UnitArray  # (unit,)
    p: UnitArray | None = None  # (unit,) None for a score that tests nothing
    q: UnitArray | None = None  # (unit,) Benjamini-Hochberg, over the units of this layer, dataset and score
    # (unit,) the score to expect of another set of this size without a shift, by halves of the reference. None for a
    # score that has none.
    floor: UnitArray | None = None
    flat_p: UnitArray | None = (
        None  # (unit,) chance of the reference's category means if all categories were alike
    )

    # (unit,) how many times as many samples it would take without the twins for an interval as narrow. None for a score
    # of no twins, and one that has no like without them.
    gain: UnitArray | None = None

    # (unit,) the score over the pairs of twins whose prediction changed. None for a score that takes every pair, and
    # without twins.
    changed: UnitArray | None = None

    @cached_property
    def flat(self) -> npt.NDArray[np.bool_]:
        """(unit,) whether the reference's categories cannot be told apart, so that their order means nothing."""
        return np.zeros(len(self.value), bool) if self.flat_p is None else self.flat_p >= FLAT_FROM
