"""What a group of sets does to a model, along the variable that orders it."""

from __future__ import annotations

import math
from collections.abc import Sequence

from shiftscope.outcomes.harm import Harm


def breaking_place(harms: Sequence[Harm | None]) -> int | None:
    """The place of the first set that breaks the model; None where none does.

    Parameters
    ----------
    harms : (set,)
        From the smallest value of the variable on.
    """
    return next((place for place, harm in enumerate(harms) if harm == "breaks"), None)


def costliest_place(losses: Sequence[float]) -> int:
    """The place of the set that loses most accuracy, the first of equal ones; the last where no loss is known.

    Parameters
    ----------
    losses : (set,)
        Of accuracy; NaN without labels.
    """
    known = [place for place, loss in enumerate(losses) if not math.isnan(loss)]
    return max(known, key=lambda place: losses[place], default=len(losses) - 1)
