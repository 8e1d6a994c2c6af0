"""What is asked for twice in one call, answered once."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from typing import TypeVar

T = TypeVar("T")


def each_once(asked: Sequence[T], key: Callable[[T], Hashable]) -> tuple[list[T], list[int]]:
    """What differs by its key, in the order of first asking, and for each that was asked for its place there."""
    places: dict[Hashable, int] = {}
    different: list[T] = []
    for each in asked:
        if places.setdefault(key(each), len(places)) == len(different):
            different.append(each)
    return different, [places[key(each)] for each in asked]
