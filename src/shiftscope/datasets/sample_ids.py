"""Ids of samples: text, one of a kind in a dataset, the same on every reading."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from shiftscope.errors import DataError


def sample_ids(ids: Any, count: int) -> Sequence[str]:
    """The ids as text, positions counted from 0 where there are none.

    Raises
    ------
    DataError
        Not one for each sample, or two the same.
    """
    if ids is None:
        return [str(position) for position in range(count)]
    names = [str(name) for name in (ids.tolist() if hasattr(ids, "tolist") else ids)]
    if len(names) != count:
        raise DataError(f"{len(names)} ids for {count} samples.")
    first: dict[str, int] = {}
    for position, name in enumerate(names):
        if first.setdefault(name, position) != position:
            raise DataError(
                f"samples {first[name]} and {position} have the same id {name!r}; ids have to differ. "
                "Give ids of your own, or none to count from 0."
            )
    return names
