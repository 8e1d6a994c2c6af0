"""Summaries of one shard on disk, until all are merged."""

from __future__ import annotations

import hashlib
import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from shiftscope.errors import ShiftscopeError, StudyDamaged
from shiftscope.store.disk.atomic import summed_while_flushed, written_aside
from shiftscope.store.layout import folder_name
from shiftscope.summaries.summary import States, arrays_of, from_arrays

Arrays = dict[str, npt.NDArray[Any]]

DIGEST = hashlib.sha256().digest_size


def write_partial(path: Path, states: States) -> None:
    """A line of their names, NumPy's format for each, and the SHA-256 of all that.

    A shard holds few of many categories: of an array by category and unit only the rows that are not all zero
    are kept, behind their numbers. The line has 0 for a whole array and the number of all rows for such a one.
    """
    arrays, rows_of_all = {}, {}
    for layer, summaries in states.items():
        for name, state in summaries.items():
            for field, (values, axes) in arrays_of(state).items():
                key = f"{folder_name(layer)}/{name}/{field}"
                arrays[key] = values
                rows_of_all[key] = len(values) if axes == ("category", "unit") else 0
    content: list[bytes | memoryview] = [json.dumps(rows_of_all).encode() + b"\n"]
    for key, values in arrays.items():
        if rows_of_all[key]:
            present = np.flatnonzero(values.any(axis=1))
            content += _as_numpy_saves(present)
            values = values if len(present) == len(values) else values[present]
        content += _as_numpy_saves(values)
    with written_aside(path) as file:
        file.writelines(content)
        file.write(summed_while_flushed(file, content))


def _as_numpy_saves(values: npt.NDArray[Any]) -> tuple[bytes, memoryview]:
    """An array in NumPy's format, not copied where it lies in one piece."""
    head, values = io.BytesIO(), np.asarray(values, order="C")
    np.lib.format.write_array_header_1_0(head, np.lib.format.header_data_from_array_1_0(values))
    return head.getvalue(), values.reshape(-1).view(np.uint8).data


def read_partial(path: Path) -> States:
    """Summaries of one shard: layer folder -> summary name -> state.

    Raises
    ------
    StudyDamaged
        The file is missing or is not what was written.
    """
    arrays: Arrays = {}
    try:
        held = path.read_bytes()
        if hashlib.sha256(memoryview(held)[:-DIGEST]).digest() != held[-DIGEST:]:
            raise StudyDamaged("it differs from what was written")
        file = io.BytesIO(held)
        for key, rows in json.loads(file.readline()).items():
            present = np.load(file, allow_pickle=False) if rows else None
            values = np.load(file, allow_pickle=False)
            if present is not None:
                compact, values = values, np.zeros((rows, *values.shape[1:]), values.dtype)
                values[present] = compact
            arrays[key] = values
        fields: dict[str, dict[str, Arrays]] = {}
        for key, values in arrays.items():
            layer, name, field = key.rsplit("/", 2)
            fields.setdefault(layer, {}).setdefault(name, {})[field] = values
        return {
            layer: {name: from_arrays(name, arrays) for name, arrays in names.items()}
            for layer, names in fields.items()
        }
    except (OSError, ValueError, EOFError, AttributeError, TypeError, LookupError, ShiftscopeError) as error:
        raise StudyDamaged(
            f"{path} cannot be read as the summaries of a shard: {error}. `shiftscope verify STUDY --repair` makes "
            "them again from what is stored, or says what to record."
        ) from error
