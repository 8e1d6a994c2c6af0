"""Whether the two members of a pair could be exchanged."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from shiftscope.arrays import UnitArray
from shiftscope.statistics.two_sided import two_sided

EXACT_UP_TO = 16  # pairs that differ; all their exchanges are tried
ROUNDING = 1e-9  # of the sum of sizes: sums this close are equal


def swap_test(effects: npt.NDArray[np.floating[Any]]) -> UnitArray:
    """Two-sided p of the sum of effects where the members of each pair could as well be exchanged.

    Over all 2^n exchanges of signs a sum has mean 0 and the variance of the sum of squares, and the normal
    distribution gives p. Where 16 pairs or fewer differ all exchanges are tried. Pairs without a difference count for
    nothing. It is the permutation test of a paired mean, without its rounding to a number of permutations.

    Parameters
    ----------
    effects : (pair, unit)
        Of the shift on each pair: what changes its sign when the two are exchanged.

    Returns
    -------
    (unit,)
        NaN where no pair differs: nothing to exchange.

    References
    ----------
    Fisher (1935), The Design of Experiments, section 21. Pitman (1937), Significance tests which may be applied to
    samples from any populations.
    """
    total = effects.sum(axis=0, dtype=np.float64)
    squares = np.einsum("pu,pu->u", effects, effects, dtype=np.float64)
    p = two_sided(total, np.sqrt(squares))
    differing = np.count_nonzero(effects, axis=0)
    for unit in np.flatnonzero((differing > 0) & (differing <= EXACT_UP_TO)):
        own = effects[:, unit]
        p[unit] = _by_enumeration(own[own != 0].astype(np.float64))
    return p


def _by_enumeration(effects: npt.NDArray[np.float64]) -> float:
    """The share of all exchanges whose sum is as far from 0; the first pair need not be exchanged too."""
    sums = effects[:1]
    for effect in effects[1:]:
        sums = np.concatenate([sums + effect, sums - effect])
    reached = np.abs(effects.sum()) - ROUNDING * np.abs(effects).sum()
    return float(np.mean(np.abs(sums) >= reached))
