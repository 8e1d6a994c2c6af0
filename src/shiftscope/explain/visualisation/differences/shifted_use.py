"""What a unit is used for under a shift and not on the reference, as what is to be raised."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from shiftscope.explain.visualisation.differences.difference_direction import difference_direction
from shiftscope.explain.visualisation.differences.in_use import DECILE, responses_in_use, responses_to
from shiftscope.explain.visualisation.picture_question import PictureQuestion
from shiftscope.model.target import Direction, Sum, Target
from shiftscope.statistics.random_halves import division_rng, random_halves
from shiftscope.store.stored_study import StoredStudy


def raised_by(study: StoredStudy, question: PictureQuestion, own: Target) -> Sum:
    """The unit, and the direction of its shifted use in the layer before added or subtracted, in deviations of each,
    the direction with the question's weight.

    With the reference in the place of the shifted dataset the direction is that of two random halves of it,
    each with half as many samples.
    """
    assert question.use is not None
    dataset, at, sign = question.use
    (shifted, reference), _ = responses_in_use(study, question.layer, question.unit, dataset, at)
    if dataset == study.reference:
        shifted, reference = random_halves(reference, division_rng(question.seed, question.division))
    direction = difference_direction(shifted, reference)
    known = responses_to(study, study.reference, question.layer, question.unit)
    above = known[known > np.nanpercentile(known, DECILE)]
    along = reference @ direction
    weight = sign * question.weight / _deviation(along)
    return Sum([(1 / _deviation(above), own), (weight, Direction(at, direction))], scaled=False)


def _deviation(numbers: npt.NDArray[Any]) -> float:
    return float(max(numbers.std(), 1e-12))
