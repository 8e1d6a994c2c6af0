"""A recorded dataset opened again from what its recording says of where it lay."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from shiftscope.datasets.pictures.preprocess import Preprocess
from shiftscope.datasets.sample import Dataset, dataset_kinds
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
    whole = as_dataset(text, preprocess=recorded_preprocess(source), categories=categories or None)
    return part_again(whole, source)


def recorded_preprocess(source: Mapping[str, Any]) -> Preprocess | None:
    """The preprocessing that a recording's `source` tells of; None where it had none."""
    described = source.get("preprocess")
    return Preprocess(**described) if isinstance(described, Mapping) else None
