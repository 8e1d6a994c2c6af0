"""What is known about samples besides their labels: ids, and columns of plain values."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import numpy as np

from shiftscope.errors import DataError, closest

Plain = str | int | float | bool | None


def plain(value: Any) -> Plain:
    """The value as one of Python's own scalars; anything else as text."""
    if isinstance(value, np.generic) or (
        hasattr(value, "ndim") and hasattr(value, "item") and value.ndim == 0
    ):
        value = value.item()
    return value if isinstance(value, (str, int, float, bool)) or value is None else str(value)


def is_scalar(value: Any) -> bool:
    return (
        value is None
        or isinstance(value, (str, int, float, bool, np.generic))
        or getattr(value, "ndim", 1) == 0
    )


def metadata_columns(metadata: Any, count: int) -> dict[str, list[Plain]]:
    """Plain values by column, from a mapping of columns or a data frame.

    Raises
    ------
    DataError
        A column whose length is not the number of samples.
    """
    if metadata is None:
        return {}
    if not isinstance(metadata, Mapping) and not hasattr(metadata, "columns"):
        raise DataError(
            f"metadata of type {type(metadata).__name__}; it takes columns by name, or a data frame."
        )
    columns = {str(name): [plain(value) for value in values] for name, values in metadata.items()}
    for name, values in columns.items():
        if len(values) != count:
            raise DataError(f"the metadata column {name!r} has {len(values)} values for {count} samples.")
    return columns


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


def column_named(
    names: Collection[str],
    option: str,
    asked: str | None,
    usual: Sequence[str] = (),
    *,
    what: str = "column",
    where: str = "",
    needed: bool = True,
) -> str:
    """The name asked for with `option`, or the first of the usual names that is there; "" if none need be.

    Raises
    ------
    DataError
        The one asked for is not there, or none of the usual ones is and it is needed.
    """
    for name in usual if asked is None else [asked]:
        if name in names:
            return name
    if asked is None and not needed:
        return ""
    wanted = f"none of {', '.join(usual)}" if asked is None else f"no {what} {asked!r}"
    alike = "" if asked is None else f"; closest: {closest(asked, names)}"
    raise DataError(
        f"{wanted}{where and ' in '}{where}{alike}. There are: {', '.join(names)}. "
        f'Name the {what} to take: ss.dataset(..., {option}="...").'
    )
