"""How far a mean response moved: a multiple of the reference's, or its difference where multiples have no sense."""

from __future__ import annotations

import math

from shiftscope.store.stored_study import StoredStudy
from shiftscope.summaries.maxima import Maxima
from shiftscope.views.parts.number_text import number, times

BY_DEVIATIONS = (
    "of a unit whose responses have both signs, the difference of the means in standard deviations of its "
    "responses in "
)


def both_signs(study: StoredStudy, dataset: str, layer: str, unit: int) -> bool:
    """Whether the unit responds on both sides of zero there."""
    extremes = study[dataset].summary(layer, Maxima)
    return bool(extremes.smallest[unit] < 0 < extremes.largest[unit])


def mean_change(mean: float, before: float, deviation: float | None = None) -> str:
    """ "× 1.3", or of responses with both signs "+0.4 deviations"; empty where neither has a sense.

    Parameters
    ----------
    deviation
        Standard deviation of the responses that `before` is the mean of; None of a unit that has one sign.
    """
    if deviation is None:
        return times(mean / before) if before > 0 <= mean else ""
    if not (deviation > 0 and math.isfinite(mean)):
        return ""
    apart = number((mean - before) / deviation)
    return f"{apart if apart.startswith('−') else f'+{apart}'} deviations"
