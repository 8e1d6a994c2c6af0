"""Whether a unit's response rises or falls with the strength of a shift."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from shiftscope.arrays import UnitArray
from shiftscope.statistics.rank_correlation import RankedProfiles, rank_correlation
from shiftscope.statistics.two_sided import two_sided


def trend(means: npt.NDArray[np.floating[Any]]) -> UnitArray:
    """(unit,) Spearman's correlation of the mean response with the strength; NaN for a mean that stays the same.

    Parameters
    ----------
    means : (rung, unit)
        From the weakest on, at least three.
    """
    order = np.broadcast_to(np.arange(len(means), dtype=np.float64)[:, None], means.shape)
    return rank_correlation(np.asarray(means, np.float64), RankedProfiles(order))


def trend_p(responses: npt.NDArray[np.floating[Any]]) -> UnitArray:
    """(unit,) p of no trend: strengths exchanged at will within each sample, in closed form.

    The sum over samples and rungs of centred rank times response has mean 0 over all exchanges, and a known variance;
    it is normal for more than a few samples. NaN for a unit that responds to each sample alike at all strengths.

    Parameters
    ----------
    responses : (rung, sample, unit)
        Of the same samples at each strength, from the weakest on.

    References
    ----------
    Page (1963), Ordered hypotheses for multiple treatments: the same statistic, of ranks.
    """
    rungs = len(responses)
    ranks = np.arange(rungs) - (rungs - 1) / 2
    values = responses.astype(np.float64)
    total = np.einsum("j,jsu->u", ranks, values)
    values -= values.mean(axis=0)
    variance = (ranks**2).sum() / (rungs - 1) * np.einsum("jsu,jsu->u", values, values)
    return two_sided(total, np.sqrt(variance))
