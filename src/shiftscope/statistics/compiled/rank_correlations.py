"""Spearman's correlation of many pairs of profiles by counting into bins instead of sorting."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt

from shiftscope.jit import compiled

BINS = 2048
# Bins are counted up as so many runs side by side, a vector of them at a time: one after the other, each waits for
# the last.
RUNS = 16
RUN = BINS // RUNS
AT_ONCE = 64  # profiles, side by side in memory

Profiles = npt.NDArray[np.floating[Any]]


@compiled
def rank_profiles(
    profiles: Profiles,
    tolerance: float,
    ranks: npt.NDArray[np.signedinteger[Any]],
    squares: npt.NDArray[np.float64],
) -> None:
    """Fill `ranks` (profile, category) with twice the ranks less their mean, equal ones by their average.

    Parameters
    ----------
    profiles : (category, profile)
        Without NaN.
    tolerance
        0: exact. Above: what falls into one of 2,048 bins of a profile's range counts as equal, unless that hides
        more than this share of the variance of the ranks. Bins are finer towards the lower end, in the square root.
    squares : (profile,)
        Filled with the sums of the squares of the ranks.
    """
    categories, many = profiles.shape
    turned, ends = np.empty((AT_ONCE, categories), profiles.dtype), np.empty((2, AT_ONCE), profiles.dtype)
    bins, counts, ranked = np.empty(categories, np.uint32), np.empty(BINS, np.int32), np.empty(BINS, np.int32)
    ordered, place = np.empty(categories, profiles.dtype), np.empty(categories, np.int32)
    for first in range(0, many, AT_ONCE):
        several = min(AT_ONCE, many - first)
        _turn(profiles, first, several, turned, ends)
        for each in range(several):
            squares[first + each] = _rank(
                turned[each],
                ends[:, each],
                ranks[first + each],
                tolerance,
                bins,
                counts,
                ranked,
                ordered,
                place,
            )


@compiled
def correlate_ranks(
    shifted: Profiles,
    tolerance: float,
    ranks: npt.NDArray[np.signedinteger[Any]],
    squares: npt.NDArray[np.float64],
    correlation: npt.NDArray[np.float64],
) -> None:
    """Fill `correlation` (profile,) of profiles with others that are ranked; NaN where one of a pair is constant.

    Parameters
    ----------
    shifted, tolerance
        As `rank_profiles` takes them.
    ranks, squares
        Of the others, as it fills them.
    """
    categories, many = shifted.shape
    turned, ends = np.empty((AT_ONCE, categories), shifted.dtype), np.empty((2, AT_ONCE), shifted.dtype)
    ours = np.empty(categories, ranks.dtype)
    bins, counts, ranked = np.empty(categories, np.uint32), np.empty(BINS, np.int32), np.empty(BINS, np.int32)
    ordered, place = np.empty(categories, shifted.dtype), np.empty(categories, np.int32)
    for first in range(0, many, AT_ONCE):
        several = min(AT_ONCE, many - first)
        _turn(shifted, first, several, turned, ends)
        for each in range(several):
            theirs = ranks[first + each]
            spread = np.sqrt(
                _rank(turned[each], ends[:, each], ours, tolerance, bins, counts, ranked, ordered, place)
            ) * np.sqrt(squares[first + each])
            together = np.int64(0)
            for category in range(categories):
                together += np.int64(ours[category]) * np.int64(theirs[category])
            # Rounding may leave a perfect correlation a hair above one.
            correlation[first + each] = max(-1.0, min(1.0, together / spread)) if spread > 0 else np.nan


@partial(compiled, fastmath={"nnan", "nsz"})
def _turn(profiles: Profiles, first: int, several: int, turned: Profiles, ends: Profiles) -> None:
    """Columns from `first` on as rows, and the smallest and largest number of each."""
    low, high = ends
    for each in range(several):  # to assign a slice takes seconds to compile, for the words of its error
        low[each] = high[each] = profiles[0, first + each]
    for category in range(profiles.shape[0]):
        some = profiles[category][first : first + several]
        for each in range(several):
            turned[each, category] = some[each]
        for each in range(several):
            low[each], high[each] = min(low[each], some[each]), max(high[each], some[each])


@partial(compiled, fastmath={"nnan", "nsz"})
def _rank(
    profile: npt.NDArray[Any],
    ends: npt.NDArray[Any],
    ranks: npt.NDArray[np.signedinteger[Any]],
    tolerance: float,
    bins: npt.NDArray[np.uint32],
    counts: npt.NDArray[np.int32],
    ranked: npt.NDArray[np.int32],
    ordered: npt.NDArray[Any],
    place: npt.NDArray[np.int32],
) -> float:
    """Fill twice the ranks less their mean, equal ones by their average; the sum of their squares."""
    many = profile.size
    low, high = ends
    if not high > low:
        ranks[:] = 0
        return 0.0
    one, top = np.float32(1), np.float32(BINS - 2)
    per_unit = one / (high - low)
    for at in range(many):
        above = profile[at] - low
        # The lowest, often silence, have a bin to themselves.
        to = np.uint32(np.int32(np.sqrt(above * per_unit) * top) + np.int32(above > 0))
        to = min(to, np.uint32(BINS - 1))  # whatever an infinite range gave
        bins[at] = (to % np.uint32(RUN)) * np.uint32(RUNS) + to // np.uint32(RUN)
    counts[:] = 0
    for at in range(many):
        counts[bins[at]] += np.int32(1)
    cubes = np.int64(0)
    for at in range(1, BINS):
        here = np.int64(counts[at])
        cubes += here * here * here
    lowest = np.float64(counts[0])
    equal, hidden = lowest * lowest * lowest - lowest, np.float64(cubes) - (many - lowest)
    whole = np.float64(many) * many * many - many
    if hidden > tolerance * whole:
        return _sort(profile, ranks, bins, counts, ordered, place)
    # Within a run: twice what lies below a bin, and once what lies in it.
    for at in range(RUNS):
        ranked[at] = counts[at]
    for at in range(BINS - RUNS):
        ranked[at + RUNS] = ranked[at] + counts[at] + counts[at + RUNS]
    below, before = np.int32(-many), counts[:RUNS]
    for run in range(RUNS):
        last = BINS - RUNS + run
        through = ranked[last] + counts[last]
        before[run] = below
        below += through
    for at in range(many):
        ranks[at] = ranked[bins[at]] + before[bins[at] % np.uint32(RUNS)]
    return (whole - equal - hidden) / 3


@compiled
def _sort(
    profile: npt.NDArray[Any],
    ranks: npt.NDArray[np.signedinteger[Any]],
    bins: npt.NDArray[np.uint32],
    counts: npt.NDArray[np.int32],
    ordered: npt.NDArray[Any],
    place: npt.NDArray[np.int32],
) -> float:
    """The same exactly: by bins first, then by insertion within them."""
    many, below = profile.size, np.int32(0)
    for run in range(RUNS):
        for at in range(run, BINS, RUNS):
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
