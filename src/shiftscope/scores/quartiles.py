"""How a score is spread over the units of a layer, in three numbers."""

from __future__ import annotations

import numpy as np

from shiftscope.arrays import UnitArray


def quartiles(values: UnitArray) -> tuple[float, float, float]:
    """Lower quartile, median and upper quartile over the units that have the score; NaN where none has."""
    known = values[~np.isnan(values)]
    if not len(known):
        return (float("nan"),) * 3
    low, middle, high = np.quantile(known, [0.25, 0.5, 0.75])
    return float(low), float(middle), float(high)
