"""A shift as a person writes it: a name, a strength, a seed; of a ladder several strengths."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

import numpy as np

from shiftscope.errors import BadRequest


def several(shifts: Any) -> list[str]:
    """One text or several, as a list.

    Raises
    ------
    BadRequest
        Something else.
    """
    texts = list(shifts) if isinstance(shifts, Iterable) and not isinstance(shifts, str) else [shifts]
    for each in texts:
        if not isinstance(each, str):
            raise BadRequest(f"shift={each!r}; a shift is text, as 'gaussian_noise'.")
    return texts


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


def parsed_ladder(text: str) -> tuple[str, int]:
    """Name and seed of NAME or NAME:SEED.

    Raises
    ------
    BadRequest
        Any other text.
    """
    found = re.fullmatch(r"([^:]+)(?::(-?\d{1,18}))?", text.strip(), re.ASCII)
    if not found:
        raise BadRequest(f"a ladder's shift is NAME or NAME:SEED, as gaussian_noise:1; not {text}.")
    return found[1], int(found[2] or 0)


def checked_strengths(strengths: Any) -> list[float]:
    """Those above 0, from the smallest on.

    Raises
    ------
    BadRequest
        Fewer than two, one that stands twice, another order, or what is no strength.
    """
    if not isinstance(strengths, Iterable) or isinstance(strengths, str):
        raise BadRequest(f"strengths={strengths!r}; they are several numbers, as [0.2, 0.4, 0.8].")
    checked = [checked_strength(each) for each in strengths]
    above = [each for each in checked if each > 0]
    if len(above) < 2 or checked != sorted(set(checked)):
        told = ", ".join(f"{each:g}" for each in checked)
        raise BadRequest(
            f"a ladder needs at least two strengths above 0, each once, in rising order; got {told or 'none'}."
        )
    return above


def checked_strength(strength: Any) -> float:
    """Raises `BadRequest` for what is no number from 0 to 1."""
    number = strength.item() if isinstance(strength, np.generic) else strength
    if isinstance(strength, np.floating):
        number = float(str(strength))  # 0.3 as it was written, which float32 holds as 0.30000001192092896
    is_number = isinstance(number, (int, float)) and not isinstance(number, bool)
    if not (is_number and 0 <= number <= 1):
        raise BadRequest(f"strength {strength}: it lies between 0 (the image itself) and 1.")
    return float(number)


def checked_seed(seed: Any) -> int:
    """Raises `BadRequest` for what is no whole number."""
    number = seed.item() if isinstance(seed, np.generic) else seed
    if not isinstance(number, int) or isinstance(number, bool):
        raise BadRequest(f"seed {seed!r}: it is a whole number.")
    return number
