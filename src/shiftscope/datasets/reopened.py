"""A recorded dataset opened again from what its recording says of where it lay."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from shiftscope.datasets.pictures.preprocess import Preprocess
from shiftscope.datasets.sample import Dataset, dataset_kinds
from shiftscope.datasets.shifts.shift_kind import shift_kinds
from shiftscope.datasets.shifts.shifted import SHIFTS, Shifted
from shiftscope.datasets.source import as_dataset
from shiftscope.datasets.split import part_again
from shiftscope.errors import DataError


def reopened(source: Mapping[str, Any], name: str, categories: Sequence[str]) -> Dataset:
    """The dataset of the recording `name`, whose `source` its plan keeps.

    Whether it is still the same is for its fingerprint to say.

    Raises
    ------
    DataError
        It was no file or folder, or labels were given beside it.
    """
    text = source.get("text") or f"{source.get('kind')}:{source.get('path', '')}"
    kind, _, path = str(text).partition(":")
    if kind not in dataset_kinds or not path or source.get("relabelled"):
        raise DataError(
            f"{name!r} was recorded from data in memory, or with labels given beside it, and cannot be opened again "
            f"from the study alone. Give it: data={{{name!r}: dataset}}."
        )
    return as_recorded(text, source, categories)


def as_recorded(data: Any, source: Mapping[str, Any], categories: Sequence[str]) -> Dataset:
    """Data with the preprocessing, the shifts and the split that a recording's `source` tells of, if they are text.

    Raises
    ------
    DataError
        A shift that this version does not have as it was, or no such part any more.
    """
    if not isinstance(data, str):
        return as_dataset(data, categories=categories or None)
    dataset = as_dataset(data, preprocess=recorded_preprocess(source), categories=categories or None)
    shifts = source.get(SHIFTS, [])
    for shift in shifts if isinstance(shifts, list) else [shifts]:
        dataset = _shifted(dataset, shift)
    return part_again(dataset, source)


def _shifted(dataset: Dataset, shift: Any) -> Shifted:
    """The dataset with one shift that a study tells of, whatever stands there."""
    parts = "name", "version", "strength", "seed"
    if not (isinstance(shift, Mapping) and set(parts) <= set(shift) and isinstance(shift["name"], str)):
        raise DataError(f"what is recorded of a shift cannot be read: {shift!r}.")
    name, version, strength, seed = (shift[part] for part in parts)
    here = shift_kinds[name].version if name in shift_kinds else None
    if here != version:
        raise DataError(
            f"{name} was recorded with version {version}, this is {here or 'none'}: record it again, or use the "
            "release of shiftscope that recorded it."
        )
    return Shifted(dataset, name, strength, seed)


def recorded_preprocess(source: Mapping[str, Any]) -> Preprocess | None:
    """The preprocessing that a recording's `source` tells of; None where it had none."""
    described = source.get("preprocess")
    return Preprocess(**described) if isinstance(described, Mapping) else None
