"""What a shift does to one unit's responses to the twins of each category."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from shiftscope.arrays import NO_LABEL
from shiftscope.statistics.clusters import Clusters
from shiftscope.statistics.false_discoveries import false_discovery_shares
from shiftscope.statistics.swap_test import swap_test

FEWEST_TOLD = 10  # originals of a category that is told by itself
FEWEST_TESTED = 30
LEVEL = 0.95

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True)
class TwinChange:
    """Of one unit and the pairs of one category; pairs of one original count as one.

    Parameters
    ----------
    originals
        How many there are.
    change, low, high
        Mean change of the response, with Student's 95 % interval, in standard deviations of the responses to all twins
        in the reference; NaN where those are all equal.
    increase
        Share of the originals whose twin gives more response, ties half.
    q
        Of the exchange test, by Benjamini and Hochberg over the unit's categories; NaN with fewer than 30 originals, or
        where nothing changed.
    """

    originals: int
    change: float
    low: float
    high: float
    increase: float
    q: float


def twin_changes_by_category(
    ours: FloatArray, theirs: FloatArray, labels: npt.NDArray[np.int64], originals: npt.NDArray[np.intp]
) -> dict[int, TwinChange]:
    """Of each category with 10 originals or more.

    Parameters
    ----------
    ours, theirs : (pair,)
        Responses to the shifted sample and to its twin in the reference, none of them NaN.
    labels : (pair,)
    originals : (pair,)
        Equal ones together.
    """
    deviation = float(Clusters.of(originals).mean(theirs[:, None]).std())
    effects = {}
    for category in np.unique(labels[labels != NO_LABEL]).tolist():
        own = labels == category
        found = np.asarray(Clusters.of(originals[own]).mean((ours - theirs)[own, None]), np.float64)
        if len(found) >= FEWEST_TOLD:
            effects[category] = found
    p = [float(swap_test(each)[0]) if len(each) >= FEWEST_TESTED else np.nan for each in effects.values()]
    q = false_discovery_shares(np.array(p))
    return {
        category: _of_effects(each[:, 0], deviation, float(share))
        for (category, each), share in zip(effects.items(), q, strict=True)
    }


def _of_effects(effects: FloatArray, deviation: float, q: float) -> TwinChange:
    from scipy.special import stdtrit

    count = len(effects)
    mean = float(effects.mean())
    half = float(stdtrit(count - 1, (1 + LEVEL) / 2) * effects.std(ddof=1) / np.sqrt(count))
    change, low, high = (
        each / deviation if deviation > 0 else np.nan for each in (mean, mean - half, mean + half)
    )
    increase = float(((effects > 0) + 0.5 * (effects == 0)).mean())
    return TwinChange(count, change, low, high, increase, q)
