"""Many tests at once."""

from __future__ import annotations

import numpy as np

from shiftscope.arrays import UnitArray


def false_discovery_shares(p: UnitArray) -> UnitArray:
    """(unit,) q: the smallest share of false discoveries at which each test of the family still is a discovery.

    A test without a p-value (NaN) is not in the family.

    References
    ----------
    Benjamini & Hochberg (1995), Controlling the false discovery rate.
    """
    from scipy.stats import false_discovery_control

    q, tested = np.full(p.shape, np.nan), ~np.isnan(p)
    if tested.any():
        q[tested] = false_discovery_control(p[tested])
    return q
