"""What forms ask for maps, as text, in its own types."""

from __future__ import annotations

import math
from typing import Literal

from shiftscope.errors import BadRequest
from shiftscope.explain.attribution.usual_passes import METHODS


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
    return ", and with randomised weights" if sanity else ""
