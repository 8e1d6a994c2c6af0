"""What else is known about samples: columns of plain values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from shiftscope.errors import DataError

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


def row(columns: Mapping[str, list[Plain]], position: int) -> dict[str, Plain]:
    return {name: values[position] for name, values in columns.items()}
