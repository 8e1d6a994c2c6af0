"""Shares as per cent, with a space before the sign."""

from __future__ import annotations

import math

NOTHING = "–"


def percent(share: float) -> str:
    """A share as per cent with one decimal; a dash where there was nothing to measure."""
    if not math.isfinite(share):
        return NOTHING
    return f"{round(100 * share, 1) + 0.0:.1f} %".replace("-", "−")  # + 0.0: no minus before a zero


def whole_percent(share: float) -> str:
    """A share as whole per cent, as in speech."""
    if not math.isfinite(share):
        return NOTHING
    return f"{math.floor(100 * share + 0.5)} %".replace("-", "−")
