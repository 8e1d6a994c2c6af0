"""A p or q value as people read it."""

from __future__ import annotations

import math


def probability(value: float) -> str:
    """Two significant digits, and no smaller than 0.0001; a dash where there is none."""
    if not math.isfinite(value):
        return "–"
    return "< 0.0001" if value < 1e-4 else f"{value:.2g}"
