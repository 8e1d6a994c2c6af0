"""Some of a dataset's samples: those of one value in a column of the metadata, or at most so many."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from shiftscope.counted import counted
from shiftscope.datasets.fingerprint import fingerprint
from shiftscope.datasets.metadata import Plain
from shiftscope.datasets.relabelled import Relabelled
from shiftscope.datasets.row_data import RowData
from shiftscope.datasets.sample import Dataset, Sample, in_words
from shiftscope.errors import BadRequest, DataError, closest
from shiftscope.typed import as_whole_number

MOST_PARTS = 100
SHOWN = 5  # values that an error names

Value = str | int | float


class Part:
    """Some of the samples of `dataset`, in their order.

    Parameters
    ----------
    whole
        Fingerprint of `dataset`.
    positions
        In `dataset`.
    described
        How they were chosen, as plain JSON.
    """

    def __init__(
        self, dataset: Dataset, whole: str, positions: Sequence[int], described: Mapping[str, Any]
    ) -> None:
        self.dataset, self.positions = dataset, positions
        self._whole, self._described = whole, described

    @property
    def categories(self) -> Sequence[str] | None:
        return self.dataset.categories

    def __len__(self) -> int:
        return len(self.positions)

    def __getitem__(self, position: int) -> Sample:
        return self.dataset[self.positions[position]]

    def fingerprint(self) -> str:
        return self.fingerprint_over(self._whole)

    def fingerprint_over(self, whole: str) -> str:
        """What it would be if that of the dataset were `whole`."""
        return fingerprint("part", whole, np.array(self.positions, np.int64))

    def describe(self) -> dict[str, Any]:
        return {**self.dataset.describe(), **self._described}


def limited(dataset: Dataset, limit: int | None) -> Dataset:
    """At most so many samples, spread evenly from the first to the last; all where there are no more.

    Raises
    ------
    BadRequest
        No whole number from 1.
    """
    if limit is None:
        return dataset
    most = as_whole_number(limit)
    if most is None or most < 1:
        raise BadRequest(f"limit={limit!r}; it is a whole number of samples, at least 1.")
    if len(dataset) <= most:
        return dataset
    positions = np.linspace(0, len(dataset) - 1, most).round().astype(int).tolist()
    told = [
        *dataset.describe().get("told", ()),
        f"{most:,} of {counted(len(dataset), 'sample')}, spread evenly from the first to the last.",
    ]
    return Part(dataset, dataset.fingerprint(), positions, {"limit": most, **in_words(told)})


def split(dataset: Dataset, column: str) -> dict[Value, Part]:
    """A part for each value of a column of the metadata, in the order of the values: numbers, then text.

    Flags become the text "True" and "False".

    Raises
    ------
    DataError
        No such column, a sample without a value, or more than 100 values.
    """
    positions: dict[Value, list[int]] = {}
    missing = []
    for position, value in enumerate(column_of(dataset, column)):
        if value is None or value != value or str(value).strip() == "":
            missing.append(position)
        else:
            positions.setdefault(str(value) if isinstance(value, bool) else value, []).append(position)
    if missing:
        raise DataError(
            f"{len(missing):,} of {counted(len(dataset), 'sample')} have no {column!r}; the first is number "
            f"{missing[0]}, counted from 0. Give each a value, as 'unknown', or leave these samples out."
        )
    if len(positions) > MOST_PARTS:
        some = ", ".join(map(repr, list(positions)[:SHOWN]))
        raise DataError(
            f"{column!r} has {len(positions):,} values, {some} and so on; a dataset is split into at most "
            f"{MOST_PARTS}. Choose a column of fewer values, or make one of ranges."
        )
    whole = dataset.fingerprint()
    values = sorted(positions, key=lambda value: (isinstance(value, str), value))
    return {value: Part(dataset, whole, positions[value], _by(column, value)) for value in values}


def _by(column: str, value: Value) -> dict[str, Any]:
    return {"split": {"column": column, "value": value}}


def part_again(dataset: Dataset, source: Mapping[str, Any]) -> Dataset:
    """The part of a dataset that a recording's `source` tells of; all of it where that tells of none.

    Raises
    ------
    DataError
        It cannot be split so any more.
    """
    told = source.get("split")
    if not isinstance(told, Mapping):
        return dataset
    column, value = str(told.get("column")), told.get("value")
    parts = split(dataset, column)
    if value not in parts:
        raise DataError(
            f"no sample has {value!r} in {column!r} any more; closest: {closest(str(value), map(str, parts))}."
        )
    return parts[value]


def column_of(dataset: Dataset, column: str) -> Sequence[Plain]:
    """The values of a column by sample, from a list where the dataset has one; `DataError` where there is no such
    column."""
    if isinstance(dataset, Part):
        listed = column_of(dataset.dataset, column)
        return [listed[position] for position in dataset.positions]
    rows = dataset.dataset if isinstance(dataset, Relabelled) else dataset
    if isinstance(rows, RowData):
        columns: Mapping[str, Any] = rows.metadata
        values: Sequence[Plain] = rows.metadata.get(column, ())
    else:
        told = [dataset[position].metadata for position in range(len(dataset))]
        columns = dict.fromkeys(name for each in told for name in each)
        values = [each.get(column) for each in told]
    if column not in columns:
        raise DataError(
            f"no column {column!r} in the metadata; closest: {closest(column, columns)}. "
            f"There are: {', '.join(columns) or 'none'}."
        )
    return values
