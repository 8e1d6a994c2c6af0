"""The two sets of single samples that a score reads, with their bootstrap draws."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from shiftscope.arrays import SampleUnitArray
from shiftscope.scores.estimation.resampled_dataset import ResampledUnits, SomeSamples
from shiftscope.scores.score import Reads


@dataclass(frozen=True)
class SampleSet:
    numbers: SampleUnitArray  # (sample, unit) responses or contributions
    samples: SomeSamples  # the same ones
    predicted: npt.NDArray[np.int64]  # (sample,)
    stored: npt.NDArray[np.floating[Any]] | None = None  # (unit, sample) responses as they are kept


def sample_sets(
    reads: Reads, shifted: ResampledUnits, reference: ResampledUnits | None, weight: npt.NDArray[Any] | None
) -> tuple[SampleSet, SampleSet] | None:
    """What a score of single samples that `reads` this is called with; None where one set is empty.

    Parameters
    ----------
    reads
        As in `Reads`; None comes of what reads no single samples.
    shifted, reference
        The units' responses. Contributions are of `shifted` alone, classified wrong and classified right.
    weight : (category, unit)
        Of the head; None where this layer does not feed it.
    """
    if not shifted.has_responses:
        return None
    if reads in ("responses", "steps") and reference and reference.has_responses:
        ours, theirs = (
            SampleSet(side.responses, side.dataset.all, side.dataset.predictions, side.stored)
            for side in (shifted, reference)
        )
        return ours, theirs
    if reads == "contributions" and weight is not None:
        wrong, right = shifted.dataset.wrong_and_right
        if len(wrong.rows) and len(right.rows):
            numbers = contributions_to_predictions(shifted, weight)
            predictions = shifted.dataset.predictions
            ours, theirs = (
                SampleSet(numbers[some.rows], some, predictions[some.rows]) for some in (wrong, right)
            )
            return ours, theirs
    return None


def contributions_to_predictions(units: ResampledUnits, weight: npt.NDArray[Any]) -> npt.NDArray[np.float32]:
    """(sample, unit) what each unit adds to the logit of the predicted category over the mean logit.

    The mean is taken off because a number added to all logits changes no answer.

    Parameters
    ----------
    weight : (category, unit)
        Of the head, for every unit of the layer, of which `units` are some.
    """
    own = weight[:, units.units.start : units.units.stop].astype(np.float32)
    above_mean = own - own.mean(axis=0)
    by_unit: npt.NDArray[np.float32] = units.responses * above_mean.T[:, units.dataset.predictions].T
    return by_unit
