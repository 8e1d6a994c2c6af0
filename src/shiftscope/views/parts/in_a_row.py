"""Names as a list of a sentence."""

from __future__ import annotations

from collections.abc import Sequence

from shiftscope.views.parts.number_text import count


def in_a_row(names: Sequence[str], most: int = 3) -> str:
    """Names with commas and an and, two or more beyond `most` counted: "a, b and c", "a, b, c and 2 more"."""
    shown = [*names[:most], f"{count(len(names) - most)} more"] if len(names) > most + 1 else list(names)
    return " and ".join(filter(None, [", ".join(shown[:-1]), *shown[-1:]]))
