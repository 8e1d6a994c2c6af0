"""A number and what it counts."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

N = TypeVar("N", int, float)


def counted(number: N, noun: str, write: Callable[[N], str] = str) -> str:
    """`1 unit`, `2 units`, `0 categories`: the noun as the number wants it, which is written by `write`."""
    if number == 1:
        return f"{write(number)} {noun}"
    return f"{write(number)} {noun[:-1]}ies" if noun.endswith("y") else f"{write(number)} {noun}s"
