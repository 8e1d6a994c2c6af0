"""One unit's mean numbers in the reference and under the shift, with the interval of their difference."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from shiftscope.statistics.compared import Sides, difference, side_means

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class MovedMeans:
    """Of each part of a number; NaN where nothing was measured."""

    before: FloatArray  # (part,)
    after: FloatArray
    low: FloatArray  # 95 % ends of the interval of after - before
    high: FloatArray
    samples: int  # on the smaller side


def moved_means(sides: Sides, unit: int, rng: np.random.Generator) -> MovedMeans:
    """Of the parts of one unit, over the samples that `sides` compares."""
    parts = replace(sides, values=sides.values[:, unit, :, None])  # a part in a unit's place
    before, after = (side[:, 0] for side in side_means(parts))
    found = difference(parts, rng, most_permutations=0)
    return MovedMeans(before, after, found.low, found.high, int(found.samples.min()))
