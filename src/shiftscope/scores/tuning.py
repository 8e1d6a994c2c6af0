"""What units do by category, as scores of summaries read it: observed, or in resamples of the samples."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from shiftscope.arrays import UnitArray
from shiftscope.scores.rank_correlation import rank_correlation
from shiftscope.scores.score import Reads
from shiftscope.scores.shares import over_reference_maximum

Means = npt.NDArray[np.floating[Any]]  # (category, unit)

RANK_TOLERANCE = 1e-4  # of resampled profiles


@dataclass(frozen=True)
class Tuning:
    """Units of one dataset. In resamples, every unit stands once for each resample."""

    means: Means  # (category, unit) mean response; NaN for a category without samples
    count: npt.NDArray[np.int64]  # (category,) samples
    largest: UnitArray  # (unit,) largest response
    scale: UnitArray  # (unit,) median size of the responses that are not zero; NaN where unknown


@dataclass(frozen=True)
class Pair:
    """Units under the shift and in the reference."""

    shifted: Tuning
    reference: Tuning
    rank_tolerance: float = 0.0  # as in `rank_correlation`

    @cached_property
    def means(self) -> tuple[Means, Means]:
        """(category, unit) of the categories with samples in both, so that a missing one is not taken for a change."""
        present = (self.shifted.count > 0) & (self.reference.count > 0)
        return _rows(self.shifted.means, present), _rows(self.reference.means, present)

    @cached_property
    def profiles(self) -> tuple[Means, Means]:
        """The means over the reference maximum. A unit whose maximum is not above zero has no profile: NaN."""
        ours, theirs = self.means
        largest = self.reference.largest.astype(ours.dtype)
        return over_reference_maximum(ours, largest), over_reference_maximum(theirs, largest)

    @property
    def matched_profiles(self) -> tuple[Means, Means]:
        """The same, each unit's shifted responses brought to its scale on the reference."""
        ours, theirs = self.profiles
        return ours * (self.reference.scale / self.shifted.scale).astype(ours.dtype), theirs

    @property
    def rank_correlation(self) -> UnitArray:
        """Of the profiles, which have the order of the means."""
        correlation = rank_correlation(*self.means, tolerance=self.rank_tolerance)
        return np.where(self.reference.largest > 0, correlation, np.nan)


def arguments(reads: Reads, shifted: Tuning, pair: Pair | None) -> tuple[npt.NDArray[Any], ...] | None:
    """What a score of summaries that `reads` this is called with; None where it compares with nothing."""
    if reads == "one profile":
        return (_rows(shifted.means, shifted.count > 0),)
    if pair is None:
        return None
    if reads == "maxima":
        return pair.shifted.largest, pair.reference.largest
    if reads == "profiles":
        return pair.profiles
    return pair.matched_profiles if reads == "matched profiles" else (pair.rank_correlation,)


def _rows(means: Means, present: npt.NDArray[np.bool_]) -> Means:
    return means if present.all() else means[present]
