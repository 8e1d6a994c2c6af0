"""How well one number tells two sets of samples apart."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from shiftscope.statistics.wilson import Z

STEPS = 60  # of a bisection: more than the digits of a float


@dataclass(frozen=True)
class Auroc:
    """Probability that a member of one set has the larger number, ties counted half, with its 95 % interval."""

    value: float
    low: float
    high: float


def auroc(ours: npt.ArrayLike, theirs: npt.ArrayLike) -> Auroc:
    """Area under the receiver operating characteristic: 1 where every number of ours is above all of theirs.

    The interval has a width also at 0 and at 1: the ends are the areas of which the one that was found lies 1.96
    standard errors away.

    Parameters
    ----------
    ours, theirs : (sample,)
        NaN is no number, and left out.

    Returns
    -------
    Auroc
        NaN where one of the sets has no number.

    References
    ----------
    Hanley & McNeil (1982), The Meaning and Use of the Area under a ROC Curve. Newcombe (2006), Confidence intervals for
    an effect size measure based on the Mann-Whitney statistic, part 2, method 5.
    """
    first, second = (np.sort(_numbers(each)) for each in (ours, theirs))
    n, m = len(first), len(second)
    if not n or not m:
        return Auroc(np.nan, np.nan, np.nan)
    below = np.searchsorted(second, first, "left") + np.searchsorted(second, first, "right")
    value = float(below.sum() / (2 * n * m))
    return Auroc(value, _end(value, 0.0, n, m), _end(value, 1.0, n, m))


def _numbers(values: npt.ArrayLike) -> npt.NDArray[np.float64]:
    given = np.asarray(values, np.float64)
    return given[~np.isnan(given)]


def _end(value: float, end: float, n: int, m: int) -> float:
    """Between the area found and 0 or 1, the last one whose interval holds it."""
    inside, outside = value, end
    for _ in range(STEPS):
        middle = (inside + outside) / 2
        if abs(value - middle) <= Z * _error(middle, n, m):
            inside = middle
        else:
            outside = middle
    return inside


def _error(area: float, n: int, m: int) -> float:
    """Standard error of an area by Hanley and McNeil, with Newcombe's mean number in both places."""
    others = (n + m) / 2 - 1
    spread = 1 + others * (1 - area) / (2 - area) + others * area / (1 + area)
    return float(np.sqrt(area * (1 - area) * spread / (n * m)))
