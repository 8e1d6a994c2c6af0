"""How numbers read on a page: a sensible number of digits, and a dash where there was nothing to measure."""

from __future__ import annotations

import math

NOTHING = "–"


def number(value: float) -> str:
    """Three significant digits."""
    if not math.isfinite(value):
        return NOTHING
    if value == 0 or 1e-3 <= abs(value) < 1e4:
        digits = 3 if value == 0 else max(0, 2 - math.floor(math.log10(abs(value))))
        return f"{value:.{min(digits, 3)}f}".replace("-", "−")
    return f"{value:.2e}".replace("-", "−")


def percent(share: float) -> str:
    """A share as per cent with one decimal."""
    return f"{100 * share:.1f} %".replace("-", "−") if math.isfinite(share) else NOTHING


def points(difference: float) -> str:
    """A difference of two shares in percentage points, with its sign."""
    if not math.isfinite(difference):
        return NOTHING
    sign = "+" if difference >= 0 else "−"
    return f"{sign}{abs(100 * difference):.1f} points"


def count(value: int) -> str:
    """Thousands apart by a thin space that does not break."""
    return f"{value:,}".replace(",", "\u202f")
