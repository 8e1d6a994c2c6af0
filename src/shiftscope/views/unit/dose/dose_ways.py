"""Which way the mean of each of several sets surely lies from the baseline's."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from shiftscope.statistics.false_discoveries import false_discovery_shares
from shiftscope.statistics.standard_error import standard_error
from shiftscope.statistics.two_sided import two_sided
from shiftscope.tuning.set_means import SetMean

SURE = 0.05  # share of false discoveries


def dose_ways(sets: Sequence[SetMean], usual: SetMean) -> list[int]:
    """(set,) 1 where the one unit's mean is surely larger than usual, -1 where smaller, 0 where neither.

    Welch's test, over all sets with 5 % false discoveries.
    """
    apart = np.array([float(each.mean[0] - usual.mean[0]) for each in sets])
    q = false_discovery_shares(np.array([_p(each, usual) for each in sets]))
    return [int(np.sign(change)) if share < SURE else 0 for change, share in zip(apart, q, strict=True)]


def _p(here: SetMean, usual: SetMean) -> float:
    """NaN for fewer than two samples; of means that do not vary, whether they are the same."""
    if min(here.samples, usual.samples) < 2:
        return float("nan")
    error, freedom = standard_error([here.variance(), usual.variance()], [here.samples, usual.samples])
    difference = here.mean - usual.mean
    if not error[0] > 0:
        return 0.0 if difference[0] else 1.0
    return float(two_sided(difference, error, freedom=freedom)[0])
