"""Spearman's correlation of many pairs of profiles by counting into bins instead of sorting."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt

from shiftscope.jit import compiled

BINS = 2048
AT_ONCE = 64  # profiles, side by side in memory

Profiles = npt.NDArray[np.floating[Any]]


@compiled
def correlate_ranks(
    shifted: Profiles, reference: Profiles, tolerance: float, correlation: npt.NDArray[np.float64]
) -> None:
    """Fill `correlation` (profile,) for profiles that are columns; NaN where one of a pair is constant.

    Parameters
    ----------
    shifted, reference : (category, profile)
        Without NaN.
    tolerance
        0: exact. Above: what falls into one of 2,048 bins of a profile's range counts as equal, unless that hides
        more than this share of the variance of the ranks. Bins are finer towards the lower end, in the square root.
    """
    categories, profiles = shifted.shape
    ours, theirs = (
        np.empty((AT_ONCE, categories), shifted.dtype),
        np.empty((AT_ONCE, categories), shifted.dtype),
    )
    our_ranks, their_ranks = np.empty(categories, np.int32), np.empty(categories, np.int32)
    bins, counts, ranked = np.empty(categories, np.uint32), np.empty(BINS, np.int32), np.empty(BINS, np.int32)
    ordered, place = np.empty(categories, shifted.dtype), np.empty(categories, np.int32)
    for first in range(0, profiles, AT_ONCE):
        several = min(AT_ONCE, profiles - first)
        for category in range(categories):
            some, others = (
                shifted[category][first : first + several],
                reference[category][first : first + several],
            )
            for each in range(several):
                ours[each, category], theirs[each, category] = some[each], others[each]
        for each in range(several):
            spread = np.sqrt(
                _rank(ours[each], our_ranks, tolerance, bins, counts, ranked, ordered, place)
            ) * np.sqrt(_rank(theirs[each], their_ranks, tolerance, bins, counts, ranked, ordered, place))
            together = 0
            for category in range(categories):
                together += our_ranks[category] * their_ranks[category]
            # Rounding may leave a perfect correlation a hair above one.
            correlation[first + each] = max(-1.0, min(1.0, together / spread)) if spread > 0 else np.nan


@partial(compiled, fastmath={"nnan", "nsz"})
def _rank(
    profile: npt.NDArray[Any],
    ranks: npt.NDArray[np.int32],
    tolerance: float,
    bins: npt.NDArray[np.uint32],
    counts: npt.NDArray[np.int32],
    ranked: npt.NDArray[np.int32],
    ordered: npt.NDArray[Any],
    place: npt.NDArray[np.int32],
) -> float:
    """Fill twice the ranks less their mean, equal ones by their average; the sum of their squares."""
    many = profile.size
    low, high = profile[0], profile[0]
    for at in range(many):
        low, high = min(low, profile[at]), max(high, profile[at])
    if not high > low:
        ranks[:] = 0
        return 0.0
    one, top = np.float32(1), np.float32(BINS - 2)
    per_unit = one / (high - low)
    for at in range(many):
        above = profile[at] - low
        # The lowest, often silence, have a bin to themselves.
        to = np.uint32(np.int32(np.sqrt(above * per_unit) * top) + np.int32(above > 0))
        bins[at] = min(to, np.uint32(BINS - 1))  # whatever an infinite range gave
    counts[:] = 0
    for at in range(many):
        counts[bins[at]] += np.int32(1)
    below, cubes = np.int32(-many), np.int64(0)
    for at in range(BINS):
        ranked[at] = below + counts[at]
        below += np.int32(2) * counts[at]
    for at in range(1, BINS):
        here = np.int64(counts[at])
        cubes += here * here * here
    lowest = np.float64(counts[0])
    equal, hidden = lowest * lowest * lowest - lowest, np.float64(cubes) - (many - lowest)
    whole = np.float64(many) * many * many - many
    if hidden > tolerance * whole:
        return _sort(profile, ranks, bins, counts, ordered, place)
    for at in range(many):
        ranks[at] = ranked[bins[at]]
    return (whole - equal - hidden) / 3


@compiled
def _sort(
    profile: npt.NDArray[Any],
    ranks: npt.NDArray[np.int32],
    bins: npt.NDArray[np.uint32],
    counts: npt.NDArray[np.int32],
    ordered: npt.NDArray[Any],
    place: npt.NDArray[np.int32],
) -> float:
    """The same exactly: by bins first, then by insertion within them."""
    many, below = profile.size, np.int32(0)
    for at in range(BINS):
        here = counts[at]
        counts[at] = below
        below += here
    for at in range(many):
        to = counts[bins[at]]
        counts[bins[at]] = to + np.int32(1)
        ordered[to], place[to] = profile[at], at
    for at in range(1, many):
        value, which, to = ordered[at], place[at], at
        while to > 0 and ordered[to - 1] > value:
            ordered[to], place[to] = ordered[to - 1], place[to - 1]
            to -= 1
        ordered[to], place[to] = value, which
    begin, squares = 0, 0.0
    while begin < many:
        end = begin + 1
        while end < many and ordered[end] == ordered[begin]:
            end += 1
        rank = begin + end - many
        for at in range(begin, end):
            ranks[place[at]] = rank
        squares += np.float64(rank) * rank * (end - begin)
        begin = end
    return squares
