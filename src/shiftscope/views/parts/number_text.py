"""How numbers read on a page: a sensible number of digits, and a dash where there was nothing to measure."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from shiftscope.percent import NOTHING


def number(value: float) -> str:
    """Three significant digits."""
    size = abs(value)
    if size == 0 or 1e-3 <= size < 1e4:  # first, as pages have a thousand of them
        text = f"{value:.3f}" if size < 1 else f"{value:.2f}" if size < 10 else f"{value:.{size < 100:d}f}"
    elif math.isnan(value):
        return NOTHING
    else:
        text = f"{value:.2e}" if math.isfinite(value) else "∞" if value > 0 else "-∞"
    return text.replace("-", "−")


def times(ratio: float) -> str:
    """By what a number was multiplied: one decimal from 1 on, two digits below."""
    if not math.isfinite(ratio):
        return NOTHING
    return f"× {ratio:.1f}" if ratio >= 0.995 else f"× {ratio:.2f}".replace("-", "−")


def points(difference: float) -> str:
    """A difference of two shares in percentage points, with its sign."""
    if not math.isfinite(difference):
        return NOTHING
    rounded = round(100 * difference, 1)
    return f"{'+' if rounded >= 0 else '−'}{abs(rounded):.1f} points"


def count(value: int) -> str:
    """Thousands apart by a thin space that does not break."""
    return f"{value:,}".replace(",", "\u202f")


def interval(low: float, high: float) -> str:
    """Both ends of an interval; nothing where there is none."""
    return f"{number(low)} to {number(high)}" if math.isfinite(low) and math.isfinite(high) else ""


def share_interval(low: float, high: float) -> str:
    """Both ends of an interval of shares, as per cent."""
    if not (math.isfinite(low) and math.isfinite(high)):
        return ""
    return f"{100 * low:.1f} to {100 * high:.1f} %".replace("-", "−")


def signed(difference: float) -> str:
    """As `points`, without the word."""
    return points(difference).removesuffix(" points")


def points_interval(low: float, high: float) -> str:
    """Both ends of an interval of differences, in percentage points with their signs."""
    if not (math.isfinite(low) and math.isfinite(high)):
        return ""
    return f"{signed(low)} to {signed(high)}"


def signed_like(change: float) -> Callable[[float], str]:
    """Writes parts of `change` with their sign and with as many decimals as they need, two at least."""
    decimals = min(6, max(2, 2 - math.floor(math.log10(abs(change))))) if change else 2

    def write(value: float) -> str:
        text = f"{value:+.{decimals}f}"
        return text.replace("-", "−") if text.strip("+-0.") else text[1:]  # zero has no sign

    return write


def exact(value: float) -> float:
    """Six significant digits, for the data of a chart: enough to draw it and short."""
    return float(f"{value:.6g}")


def all_exact(values: npt.NDArray[np.floating[Any]]) -> list[float]:
    """The same of many numbers, none of them infinite or NaN."""
    exponent = np.floor(
        np.log10(np.abs(values, dtype=np.float64), where=values != 0, out=np.zeros(len(values)))
    )
    # Of two whole numbers, so that what is written out is as short as it can be.
    up, down = np.power(10.0, np.maximum(5 - exponent, 0)), np.power(10.0, np.maximum(exponent - 5, 0))
    rounded: list[float] = (np.round(values / down * up) / up * down).tolist()
    return rounded
