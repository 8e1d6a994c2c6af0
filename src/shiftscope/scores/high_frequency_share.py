"""How much more of a unit's maps is fine detail."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from shiftscope.scores.score import unit_score
from shiftscope.statistics.compared import Compared, Sides, difference


@unit_score(
    reads="maps",
    version=2,
    measured_in="share of the power",
    within=(-1, 1),
    title="change of high frequencies (high frequency share)",
    high="its maps have more fine detail than on the reference",
)
def high_frequency_share(sides: Callable[[str], Sides], rng: np.random.Generator) -> Compared:
    """Share of the power of the unit's maps above 0.25 cycles per pixel, under the shift minus on the reference; over
    samples whose prediction is the same.

    p: exchange of the twins in each pair, or of the samples within each predicted category.

    References
    ----------
    Muzellec et al. (2024), Gradient Strikes Back: How Filtering Out High Frequencies Improves Explanations.
    """
    return difference(sides("high_frequency_share"), rng)
