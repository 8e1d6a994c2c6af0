"""Summaries of one shard on disk, until all are merged."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from shiftscope.errors import ShiftscopeError, StudyDamaged
from shiftscope.store.atomic import Checksums, written_aside
from shiftscope.store.layout import folder_name
from shiftscope.summaries.summary import States, arrays_of, from_arrays

Arrays = dict[str, npt.NDArray[Any]]


def write_partial(path: Path, states: States, sums: Checksums | None = None) -> None:
    """A line of their names, then NumPy's format for each: a zip archive takes as long again for its checksums.

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
    with written_aside(path, sums) as file:
        file.write(json.dumps(rows_of_all).encode() + b"\n")
        for key, values in arrays.items():
            if rows_of_all[key]:
                present = np.flatnonzero(values.any(axis=1))
                np.save(file, present, allow_pickle=False)
                values = values[present]
            np.save(file, values, allow_pickle=False)


def read_partial(path: Path) -> States:
    """Summaries of one shard: layer folder -> summary name -> state.

    Raises
    ------
    StudyDamaged
        The file is missing, breaks off or is no such file.
    """
    arrays: Arrays = {}
    try:
        with path.open("rb") as file:
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
            f"{path} cannot be read as the summaries of a shard: {error}. `shiftscope verify STUDY --mend` makes "
            "them again from what is stored, or says what to record."
        ) from error
