"""How sure a share is."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

Z = 1.959963984540054  # two-sided 95 %


def wilson(
    counts: npt.ArrayLike, totals: npt.ArrayLike
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """95 % score interval of a share, low and high, element by element; NaN where the total is 0.

    References
    ----------
    Wilson (1927), Probable Inference, the Law of Succession, and Statistical Inference.
    """
    successes = np.asarray(counts, np.float64)
    total: npt.NDArray[Any] = np.asarray(totals, np.float64)
    total = np.where(total > 0, total, np.nan)
    share = successes / total
    centre = (share + Z**2 / (2 * total)) / (1 + Z**2 / total)
    half = Z * np.sqrt(share * (1 - share) / total + Z**2 / (4 * total**2)) / (1 + Z**2 / total)
    return np.maximum(centre - half, 0), np.minimum(centre + half, 1)
