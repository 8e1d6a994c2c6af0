"""A score of every unit of a layer, with how sure it is."""

from __future__ import annotations

from dataclasses import dataclass

from shiftscope.arrays import UnitArray


@dataclass(frozen=True)
class Estimate:
    """One score of all units: its value, a percentile bootstrap interval and, where it tests something, p and q.

    NaN in `value`: nothing to measure. NaN in `low` and `high`: no interval, since single responses were not
    kept or the value is undefined. NaN in `p` and `q`: nothing to test.
    """

    value: UnitArray  # (unit,)
    low: UnitArray  # (unit,) lower end of the interval
    high: UnitArray  # (unit,)
    p: UnitArray | None = None  # (unit,) None for a score that tests nothing
    q: UnitArray | None = None  # (unit,) Benjamini-Hochberg, over the units of this layer, dataset and score
