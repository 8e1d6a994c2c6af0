"""Names as a list of a sentence."""

from __future__ import annotations

from collections.abc import Sequence

from shiftscope.views.parts.number_text import count

MOST = 3  # names; the others are counted


def in_a_row(names: Sequence[str]) -> str:
    """Names with commas and an and: "a, b and c", of four and more "a, b, c and 2 more"."""
    shown = [*names[:MOST], f"{count(len(names) - MOST)} more"] if len(names) > MOST else list(names)
    return " and ".join(filter(None, [", ".join(shown[:-1]), *shown[-1:]]))
