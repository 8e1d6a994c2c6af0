"""How sure a difference of two shares is."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from shiftscope.statistics.wilson import wilson

FloatArray = npt.NDArray[np.float64]


def newcombe(
    counts: npt.ArrayLike,
    totals: npt.ArrayLike,
    other_counts: npt.ArrayLike,
    other_totals: npt.ArrayLike,
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """The first share minus the other and its 95 % hybrid score interval, element by element.

    The two shares are taken as those of independent samples, which is on the safe side where both sets show the
    same objects.

    Parameters
    ----------
    counts, totals, other_counts, other_totals
        How many of how many, of arrays that broadcast together.

    Returns
    -------
    difference, low, high
        NaN where either total is 0.

    References
    ----------
    Newcombe (1998), Interval estimation for the difference between independent proportions, Statistics in Medicine
    17, 873-890, method 10.
    """
    (share, low, high), (other, other_low, other_high) = (
        (_share(c, t), *wilson(c, t)) for c, t in ((counts, totals), (other_counts, other_totals))
    )
    difference = share - other
    return (
        difference,
        difference - np.hypot(share - low, other_high - other),
        difference + np.hypot(high - share, other - other_low),
    )


def _share(counts: npt.ArrayLike, totals: npt.ArrayLike) -> FloatArray:
    total = np.asarray(totals, np.float64)
    return np.asarray(counts, np.float64) / np.where(total > 0, total, np.nan)
