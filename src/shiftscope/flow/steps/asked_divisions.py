"""How many divisions of the reference into halves a placebo is of."""

from __future__ import annotations

from shiftscope.statistics.random_halves import DIVISIONS
from shiftscope.typed import whole_number


def asked_divisions(placebo: int | bool) -> int:
    """As many as are usual for True, none for False; raises `BadRequest` for what is no whole number from 0."""
    return DIVISIONS * placebo if isinstance(placebo, bool) else whole_number("placebo", placebo)
