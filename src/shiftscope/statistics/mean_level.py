"""The mean level of shares by level."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt


def mean_level(shares: npt.NDArray[Any]) -> npt.NDArray[np.float64]:
    """(...,) from (..., level) shares: 0 where all is in the first level, the finest detail; larger means coarser."""
    return np.asarray(shares @ np.arange(shares.shape[-1], dtype=np.float64))
