"""How differently a unit's attribution lies over orientations."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from shiftscope.scores.score import unit_score
from shiftscope.statistics.compared import Compared, Sides, distance


@unit_score(
    reads="maps",
    version=2,
    measured_in="Jensen-Shannon distance",
    within=(0, 1),
    title="change of orientations (orientation shift)",
    high="it reads detail of other orientations than on the reference",
)
def orientation_shift(sides: Callable[[str], Sides], rng: np.random.Generator) -> Compared:
    """Distance of the mean shares of the unit's attribution to horizontal, vertical and diagonal detail, under the
    shift and on the reference: 0 for the same shares, 1 where no orientation has some of both; over samples whose
    prediction is the same.

    p: exchange of the twins in each pair, or of the samples within each predicted category. No interval: that of a
    distance from resamples does not cover.

    References
    ----------
    Kasmi, Brunetto, Fel & Parekh (2025), One Wave to Explain Them All. Lin (1991), IEEE Trans. Inf. Theory 37.
    """
    return distance(sides("orientation_share"), rng)
