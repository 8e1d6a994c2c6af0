"""Whether a unit moved to finer or coarser scales."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from shiftscope.scores.score import unit_score
from shiftscope.statistics.compared import Compared, Sides, difference
from shiftscope.statistics.mean_level import mean_level


@unit_score(
    reads="maps",
    version=2,
    measured_in="levels",
    title="moved to coarser scales (scale level)",
    high="it reads coarser detail than on the reference; far below 0, it moved to finer scales",
)
def scale_level(sides: Callable[[str], Sides], rng: np.random.Generator) -> Compared:
    """Mean level of the unit's attribution to wavelets, 0 for the finest detail and one more for each doubling of its
    size, under the shift minus on the reference: below 0 the unit moved to finer scales; over samples whose prediction
    is the same.

    p: exchange of the twins in each pair, or of the samples within each predicted category.

    References
    ----------
    Kasmi, Brunetto, Fel & Parekh (2025), One Wave to Explain Them All.
    """
    shares = sides("scale_share")
    return difference(replace(shares, values=mean_level(shares.values)[..., None]), rng)
