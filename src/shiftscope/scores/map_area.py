"""How much more of the picture a unit reads."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from shiftscope.scores.score import unit_score
from shiftscope.statistics.compared import Compared, Sides, difference


@unit_score(
    reads="maps",
    version=2,
    measured_in="share of the picture",
    within=(-1, 1),
    title="change of area (map area)",
    high="it reads more of the picture, less focused than on the reference",
)
def map_area(sides: Callable[[str], Sides], rng: np.random.Generator) -> Compared:
    """Share of the picture that the unit's maps would cover if they were even and as concentrated, under the shift
    minus on the reference; over samples whose prediction is the same.

    p: exchange of the twins in each pair, or of the samples within each predicted category.
    """
    return difference(sides("map_area"), rng)
