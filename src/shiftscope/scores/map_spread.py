"""How much further apart the places lie that a unit reads."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from shiftscope.scores.score import unit_score
from shiftscope.statistics.compared import Compared, Sides, difference


@unit_score(
    reads="maps",
    version=2,
    measured_in="shares of height and width",
    within=(-1, 1),
    title="change of spread (map spread)",
    high="what it reads lies further apart than on the reference",
)
def map_spread(sides: Callable[[str], Sides], rng: np.random.Generator) -> Compared:
    """Root mean square distance of the unit's maps from their own centre, in shares of the picture's height and width,
    under the shift minus on the reference; over samples whose prediction is the same.

    p: exchange of the twins in each pair, or of the samples within each predicted category.
    """
    return difference(sides("map_spread"), rng)
