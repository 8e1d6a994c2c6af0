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

RANK_TOLERANCE = 1e-4  # of resampled profiles, whose correlations vary by a hundred times as much


@dataclass(frozen=True)
class Tuning:
    """Units of one dataset. In resamples, every unit stands once for each resample."""

    means: npt.NDArray[np.floating[Any]]  # (category, unit) mean response; NaN for a category without samples
    count: npt.NDArray[np.int64]  # (category,) samples
    largest: UnitArray  # (unit,) largest response
    scale: UnitArray  # (unit,) median size of the responses that are not zero; NaN where unknown


def arguments(
    reads: Reads, shifted: Tuning, reference: Tuning | None, *, resampled: bool = False
) -> tuple[npt.NDArray[Any], ...] | None:
    """What a score of summaries that `reads` this is called with; None where it compares with nothing."""
    if reads == "one profile":
        return (_rows(shifted.means, shifted.count > 0),)
    if reference is None:
        return None
    if reads == "maxima":
        return shifted.largest, reference.largest
    if reads == "matched profiles":
        return profiles(shifted, reference, reference.scale / shifted.scale)
    if reads == "profiles":
        return profiles(shifted, reference)
    # Shares of the reference maximum have the order of the means.
    correlation = rank_correlation(
        *_shared(shifted, reference), tolerance=RANK_TOLERANCE if resampled else 0.0
    )
    return (np.where(reference.largest > 0, correlation, np.nan),)


def profiles(
    shifted: Tuning, reference: Tuning, match: UnitArray | float = 1.0
) -> tuple[CategoryUnitArray, CategoryUnitArray]:
    """Mean response of each unit to each category over the reference maximum, (category, unit) twice.

    Only categories with samples in both sets, so that a missing one is not taken for a change. A unit
    whose reference maximum is not above zero has no profile: NaN. Shifted responses are multiplied by `match`.
    """
    ours, theirs = _shared(shifted, reference)
    return (
        over_reference_maximum(ours, np.asarray(reference.largest / match, ours.dtype)),
        over_reference_maximum(theirs, reference.largest.astype(theirs.dtype)),
    )


def _shared(
    shifted: Tuning, reference: Tuning
) -> tuple[npt.NDArray[np.floating[Any]], npt.NDArray[np.floating[Any]]]:
    """(category, unit) means of both, of the categories with samples in both."""
    present = (shifted.count > 0) & (reference.count > 0)
    return _rows(shifted.means, present), _rows(reference.means, present)


def _rows(
    means: npt.NDArray[np.floating[Any]], present: npt.NDArray[np.bool_]
) -> npt.NDArray[np.floating[Any]]:
    return means if present.all() else means[present]
