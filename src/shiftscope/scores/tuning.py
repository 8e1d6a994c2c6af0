"""What units do by category, as scores of summaries read it: observed, or in resamples of the samples."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from shiftscope.arrays import CategoryUnitArray, UnitArray
from shiftscope.scores.rank_correlation import rank_correlation
from shiftscope.scores.score import Reads
from shiftscope.scores.shares import over_reference_maximum


@dataclass(frozen=True)
class Tuning:
    """Units of one dataset. In resamples, every unit stands once for each resample."""

    means: CategoryUnitArray  # (category, unit) mean response; NaN for a category without samples
    count: npt.NDArray[np.int64]  # (category,) samples
    largest: UnitArray  # (unit,) largest response
    scale: UnitArray  # (unit,) median size of the responses that are not zero; NaN where unknown


def arguments(reads: Reads, shifted: Tuning, reference: Tuning | None) -> tuple[npt.NDArray[Any], ...] | None:
    """What a score of summaries that `reads` this is called with; None where it compares with nothing."""
    if reads == "one profile":
        return (shifted.means[shifted.count > 0],)
    if reference is None:
        return None
    if reads == "maxima":
        return shifted.largest, reference.largest
    if reads == "matched profiles":
        return profiles(shifted, reference, reference.scale / shifted.scale)
    pair = profiles(shifted, reference)
    return pair if reads == "profiles" else (rank_correlation(*pair),)


def profiles(
    shifted: Tuning, reference: Tuning, match: UnitArray | float = 1.0
) -> tuple[CategoryUnitArray, CategoryUnitArray]:
    """Mean response of each unit to each category over the reference maximum, (category, unit) twice.

    Only categories with samples in both sets, so that a missing one is not taken for a change. A unit
    whose reference maximum is not above zero has no profile: NaN. Shifted responses are multiplied by `match`.
    """
    present = (shifted.count > 0) & (reference.count > 0)
    return (
        over_reference_maximum(shifted.means[present] * match, reference.largest),
        over_reference_maximum(reference.means[present], reference.largest),
    )
