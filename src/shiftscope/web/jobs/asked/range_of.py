"""The range of inputs, as a person writes it."""

from __future__ import annotations

from shiftscope.errors import BadRequest
from shiftscope.typed import ordered


def range_of(text: str) -> tuple[float, float] | None:
    """Both ends; None for nothing.

    Raises
    ------
    BadRequest
        Not two finite numbers, or the second is not above the first.
    """
    if not text.strip():
        return None
    try:
        return ordered(text.replace(",", " ").split())
    except BadRequest:
        raise BadRequest(
            f"{text!r} is no range; write its lower and its upper end, two finite numbers, as 0 1."
        ) from None
