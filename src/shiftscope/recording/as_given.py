"""Data as a verb that records is given them, as a dataset of one study."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from shiftscope.datasets.sample import Dataset
from shiftscope.datasets.source import as_dataset, is_dataset
from shiftscope.recording.like_reference import like_reference
from shiftscope.store.stored_study import StoredStudy

if TYPE_CHECKING:
    from PIL.Image import Image

    from shiftscope.datasets.pictures.preprocess import Preprocess
    from shiftscope.datasets.pictures.transform import ToInput


def as_given(
    study: StoredStudy,
    data: Any,
    name: str,
    *,
    preprocess: Preprocess | None = None,
    transform: Callable[[Image], Any] | None = None,
    labels: Any = None,
    root: str | Path | None = None,
    limit: int | None = None,
    other_preprocessing: bool = False,
) -> tuple[Dataset, list[str]]:
    """The dataset, and a sentence for each thing about it that its own description does not tell.

    Without a preprocessing of their own, data get that of the study's reference, unless another is meant. Raises as
    `dataset` does.
    """

    def made(preprocess: ToInput | None, transform: Callable[[Image], Any] | None = None) -> Dataset:
        options = {} if root is None else {"root": root}
        return as_dataset(
            data,
            preprocess=preprocess,
            transform=transform,
            labels=labels,
            categories=study.categories or None,
            limit=limit,
            **options,
        )

    dataset = made(preprocess, transform)
    if preprocess is not None or transform is not None or other_preprocessing or is_dataset(data):
        return dataset, []
    return like_reference(study, name, dataset, made)
