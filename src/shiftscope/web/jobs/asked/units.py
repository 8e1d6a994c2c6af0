"""The units that a form asks for beside that of its page."""

from __future__ import annotations

from shiftscope.errors import BadRequest
from shiftscope.store.layout import LOGITS

MOST_UNITS = 20  # beside the page's own


def units_of(unit: int, text: str) -> list[int]:
    """The page's own unit and those written beside it, apart by spaces or commas, each once."""
    words = text.replace(",", " ").split()
    if wrong := [word for word in words if not (word.isascii() and word.isdecimal())]:
        raise BadRequest(f"{wrong[0]!r} is no unit; give their numbers, apart by spaces.")
    found = list(dict.fromkeys([unit, *map(int, words)]))
    if len(found) > MOST_UNITS + 1:
        raise BadRequest(f"{len(found)} units; up to {MOST_UNITS} beside unit {unit} at a time.")
    return found


def units_in_words(layer: str, unit: int, text: str = "") -> str:
    """The same as "unit 1 of hidden", "units 1, 2 of hidden", or "the logit of category 1"."""
    found = units_of(unit, text)
    numbers, several = ", ".join(map(str, found)), len(found) > 1
    if layer == LOGITS:
        return f"the {'logits of categories' if several else 'logit of category'} {numbers}"
    return f"{'units' if several else 'unit'} {numbers} of {layer}"
