"""What forms ask for maps, as text, in its own types."""

from __future__ import annotations

import math
from typing import Literal

from shiftscope.errors import BadRequest
from shiftscope.explain.attribution.usual_passes import METHODS

MOST_UNITS = 20  # beside the page's own


def check_method(method: str) -> None:
    if method not in METHODS:
        raise BadRequest(f"no method {method!r} here; there are {', '.join(METHODS)}.")


def low_pass_of(text: str) -> float | Literal["fitted"] | None:
    """None for whole maps."""
    text = text.strip()
    if not text:
        return None
    if text == "fitted":
        return "fitted"
    try:
        cutoff = float(text)
    except ValueError:
        cutoff = math.nan
    if not (cutoff > 0 and math.isfinite(cutoff)):
        raise BadRequest(
            f"low-pass {text!r}; give cycles per image above 0, fitted, or nothing for whole maps."
        )
    return cutoff


def low_pass_in_words(text: str) -> str:
    """Behind a method's name; empty for whole maps."""
    cutoff = low_pass_of(text)
    if cutoff is None:
        return ""
    return ", low-pass fitted," if cutoff == "fitted" else f" up to {cutoff:g} cycles"


def sanity_in_words(sanity: bool) -> str:
    """Behind everything else of a title; empty where it is not asked for."""
    return ", and with weights drawn again" if sanity else ""


def units_of(unit: int, text: str) -> list[int]:
    """The page's own unit and those written beside it, apart by spaces or commas, each once."""
    words = text.replace(",", " ").split()
    if wrong := [word for word in words if not (word.isascii() and word.isdecimal())]:
        raise BadRequest(f"{wrong[0]!r} is no unit; give their numbers, apart by spaces.")
    found = list(dict.fromkeys([unit, *map(int, words)]))
    if len(found) > MOST_UNITS + 1:
        raise BadRequest(f"{len(found)} units; up to {MOST_UNITS} beside unit {unit} at a time.")
    return found


def units_in_words(unit: int, text: str) -> str:
    """The same as "unit 1" or "units 1, 2"."""
    found = units_of(unit, text)
    return f"{'units' if len(found) > 1 else 'unit'} {', '.join(map(str, found))}"
