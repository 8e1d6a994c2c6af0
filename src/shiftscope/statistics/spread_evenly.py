"""Some of many, from everywhere among them."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Positions = npt.NDArray[np.intp]


def spread_evenly(positions: Positions, most: int) -> Positions:
    """At most so many of (sample,) positions, the first and the last among them: in their order samples often lie
    category by category."""
    if len(positions) <= most:
        return positions
    return positions[np.linspace(0, len(positions) - 1, most).round().astype(np.intp)]
