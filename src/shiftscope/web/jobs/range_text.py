"""The range of inputs, as a person writes it."""

from __future__ import annotations

from shiftscope.errors import BadRequest


def range_of(text: str) -> tuple[float, float] | None:
    """Both ends; None for nothing.

    Raises
    ------
    BadRequest
        Not two numbers, or the second is not above the first.
    """
    if not text.strip():
        return None
    try:
        low, high = map(float, text.replace(",", " ").split())
    except ValueError:
        raise BadRequest(f"{text!r} is no range; write its lower and upper end, as 0 1.") from None
    if not low < high:
        raise BadRequest(f"the range {text!r} begins at {low:g} and ends at {high:g}; it has to end above.")
    return low, high
