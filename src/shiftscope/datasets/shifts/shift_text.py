"""A shift as a person writes it: a name, a strength, a seed."""

from __future__ import annotations

import math
import re
from typing import Any

import numpy as np

from shiftscope.errors import BadRequest


def parsed(text: str) -> tuple[str, float, int]:
    """Name, strength and seed of NAME:STRENGTH or NAME:STRENGTH:SEED.

    Raises
    ------
    BadRequest
        Any other text.
    """
    found = re.fullmatch(r"([^:]+):([-+]?[\d.]+(?:[eE][-+]?\d+)?)(?::(-?\d{1,18}))?", text.strip(), re.ASCII)
    try:
        return found[1], float(found[2]), int(found[3] or 0)  # type: ignore[index]  # None is caught below
    except (TypeError, ValueError):
        raise BadRequest(
            f"--shift takes NAME:STRENGTH or NAME:STRENGTH:SEED, as gaussian_noise:0.3; not {text}."
        ) from None


def checked_strength(strength: Any) -> float:
    """Raises `BadRequest` for what is no number from 0 to 1."""
    number = strength.item() if isinstance(strength, np.generic) else strength
    is_number = isinstance(number, (int, float)) and not isinstance(number, bool)
    if not (is_number and math.isfinite(number) and 0 <= number <= 1):
        raise BadRequest(f"strength {strength}: it lies between 0 (the image itself) and 1.")
    return float(number)


def checked_seed(seed: Any) -> int:
    """Raises `BadRequest` for what is no whole number."""
    number = seed.item() if isinstance(seed, np.generic) else seed
    if not isinstance(number, int) or isinstance(number, bool):
        raise BadRequest(f"seed {seed!r}: it is a whole number.")
    return number
