"""What the units of a layer lose along a ladder, in a sentence."""

from __future__ import annotations

import math

from shiftscope.explain.dose.dose import Dose
from shiftscope.explain.dose.ladder import Ladder
from shiftscope.tuning.where_it_breaks import Break
from shiftscope.views.parts.number_text import number


def lost_in_words(ladder: Ladder, dose: Dose, found: Break, first: str) -> str:
    """The median unit's half strength, and the layer by which half of the loss has arisen.

    Parameters
    ----------
    first
        The first recorded layer, before which nobody looked.
    """
    if not dose.measured.any():
        return "no unit prefers a category surely"
    half, last = dose.median_half, ladder.strengths[-1]
    told = (
        f"the median unit has lost half of its selective response at {ladder.variable} {number(half)}"
        if math.isfinite(half)
        else f"more than half of the units keep half of their selective response up to {ladder.variable} {last:g}"
    )
    if not found.layer:
        return told
    if found.layer == first:
        return f"{told}; half of the loss is already in the first recorded layer, {first}"
    return f"{told}; half of the loss is there by {found.layer}"
