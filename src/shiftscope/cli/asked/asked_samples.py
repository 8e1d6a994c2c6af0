"""`--samples` of what is asked of a unit."""

from __future__ import annotations

from collections.abc import Sequence


def asked_samples(words: Sequence[str] | None) -> str | int | list[int | str]:
    """ "top", one number, or positions and ids."""
    if words is None or list(words) == ["top"]:
        return "top"
    every: list[int | str] = [int(word) if word.isascii() and word.isdecimal() else word for word in words]
    return every[0] if len(every) == 1 and isinstance(every[0], int) else every
