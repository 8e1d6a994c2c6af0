"""What units do by category, as scores of summaries read it: observed, or in resamples of the samples."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from shiftscope.arrays import UnitArray
from shiftscope.scores.score import Reads
from shiftscope.statistics.rank_correlation import RankedProfiles, rank_correlation
from shiftscope.statistics.shares import over_reference_maximum

Means = npt.NDArray[np.floating[Any]]  # (category, unit)

RANK_TOLERANCE = 1e-4  # of resampled profiles


@dataclass(frozen=True, eq=False)
class Tuning:
    """Units of one dataset. In resamples, every unit stands once for each resample."""

    means: Means  # (category, unit) mean response; NaN for a category without samples
    count: npt.NDArray[np.int64]  # (category,) samples
    largest: UnitArray  # (unit,) largest response
    scale: UnitArray  # (unit,) median size of the responses that are not zero; NaN where unknown
    rank_tolerance: float = 0.0  # as in `RankedProfiles`
    # What other datasets are compared with, by the categories that they have too.
    _ranked: dict[bytes, RankedProfiles] = field(default_factory=dict, init=False)
    _profiles: dict[bytes, Means] = field(default_factory=dict, init=False)

    def ranked(self, present: npt.NDArray[np.bool_]) -> RankedProfiles:
        """Of some categories, ranked once."""
        key = present.tobytes()
        if key not in self._ranked:
            self._ranked[key] = RankedProfiles(_rows(self.means, present), self.rank_tolerance)
        return self._ranked[key]

    def profiles(self, present: npt.NDArray[np.bool_]) -> Means:
        """(category, unit) means over the unit's own maximum, of some categories, divided once."""
        key = present.tobytes()
        if key not in self._profiles:
            largest = self.largest.astype(self.means.dtype)
            self._profiles[key] = over_reference_maximum(_rows(self.means, present), largest)
        return self._profiles[key]

    def select(self, units: slice) -> Tuning:
        return Tuning(self.means[:, units], self.count, self.largest[units], self.scale[units])


@dataclass(frozen=True, eq=False)
class Pair:
    """Units under the shift and in the reference."""

    shifted: Tuning
    reference: Tuning

    @cached_property
    def profiles(self) -> tuple[Means, Means]:
        """The means of categories with samples in both, over the reference maximum. A unit whose maximum is not above
        zero has no profile: NaN."""
        present = in_both(self.shifted, self.reference)
        ours = _rows(self.shifted.means, present)
        largest = self.reference.largest.astype(ours.dtype)
        return over_reference_maximum(ours, largest), self.reference.profiles(present)

    @property
    def matched_profiles(self) -> tuple[Means, Means]:
        """The same, each unit's shifted responses brought to its scale on the reference."""
        ours, theirs = self.profiles
        return ours * (self.reference.scale / self.shifted.scale).astype(ours.dtype), theirs


def in_both(shifted: Tuning, reference: Tuning) -> npt.NDArray[np.bool_]:
    """(category,) whether both have samples, so that a missing one is not taken for a change."""
    return np.asarray((shifted.count > 0) & (reference.count > 0))


def correlation(shifted: Tuning, reference: Tuning) -> UnitArray:
    """(unit,) Spearman's of the profiles, which have the order of the means."""
    present = in_both(shifted, reference)
    found = rank_correlation(_rows(shifted.means, present), reference.ranked(present))
    return np.where(reference.largest > 0, found, np.nan)


def arguments(reads: Reads, shifted: Tuning, pair: Pair | None) -> tuple[npt.NDArray[Any], ...] | None:
    """What a score of summaries that `reads` this, not "rank correlation", is called with; None where it compares with
    nothing."""
    if reads == "one profile":
        return (_rows(shifted.means, shifted.count > 0),)
    if pair is None:
        return None
    if reads == "maxima":
        return pair.shifted.largest, pair.reference.largest
    if reads == "profiles":
        return pair.profiles
    return pair.matched_profiles


def _rows(means: Means, present: npt.NDArray[np.bool_]) -> Means:
    return means if present.all() else means[present]
