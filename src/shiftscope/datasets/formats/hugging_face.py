"""A Hugging Face `datasets.Dataset`, known by what it has, so that the library need not be there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from shiftscope.datasets.formats.item_data import ItemData
from shiftscope.datasets.formats.parse_item import INPUT_KEYS, LABEL_KEYS, Parsed, parse_mapping
from shiftscope.datasets.metadata import column_named, told_without_labels
from shiftscope.datasets.pictures.drawn_labels import ChannelValues
from shiftscope.datasets.pictures.transform import ToInput

IMAGE_COLUMNS = (*INPUT_KEYS, "img")
LABEL_COLUMNS = (*LABEL_KEYS, "fine_label")


def is_hugging_face(data: Any) -> bool:
    return all(hasattr(data, name) for name in ("features", "column_names", "__getitem__", "__len__"))


def hugging_face(
    dataset: Any,
    *,
    image: str | None = None,
    label: str | None = None,
    categories: Sequence[str] | None = None,
    preprocess: ToInput | None = None,
    mean: ChannelValues = None,
    std: ChannelValues = None,
    fingerprint_samples: int | None = 10_000,
) -> ItemData:
    """Show one split of a dataset; `ItemData` says what becomes of its pictures.

    `image` and `label` name columns; left out, the first of `IMAGE_COLUMNS` and `LABEL_COLUMNS` there is.
    Labels count the label column's names (`ClassLabel`); other columns of plain values become metadata.

    Raises
    ------
    DataError
        No such column.
    """
    names, features = list(dataset.column_names), dataset.features or {}
    image = column_named(names, "image", image, IMAGE_COLUMNS)
    label = column_named(names, "label", label, LABEL_COLUMNS, needed=False) or None
    own = None if label is None else getattr(features.get(label), "names", None)
    told = []
    if label is None:
        classes = [name for name in names if getattr(features.get(name), "names", None)]
        told.append(told_without_labels(names, like=classes[0] if len(classes) == 1 else ""))
    return ItemData(
        dataset,
        _Columns(image, label),
        kind="huggingface",
        own_categories=own,
        categories=categories,
        preprocess=preprocess,
        mean=mean,
        std=std,
        fingerprint_samples=fingerprint_samples,
        told=told,
    )


@dataclass(frozen=True)
class _Columns:
    """`parse_mapping` with its columns chosen, in a form that can be sent to another process."""

    image: str
    label: str | None

    def __call__(self, item: Any) -> Parsed:
        return parse_mapping(item, (self.image,), () if self.label is None else (self.label,))
