"""A map-style `torch.utils.data.Dataset`, torchvision's among them, perhaps behind a `DataLoader`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from torch.utils.data import (
    BatchSampler,
    DataLoader,
    IterableDataset,
    SequentialSampler,
    default_collate,
    default_convert,
)

from shiftscope.datasets.formats.item_data import ItemData
from shiftscope.datasets.formats.parse_item import parse_item
from shiftscope.datasets.pictures.drawn_labels import ChannelValues
from shiftscope.datasets.pictures.transform import ToInput
from shiftscope.errors import DataError


def torch_dataset(
    dataset: Any,
    *,
    categories: Sequence[str] | None = None,
    preprocess: ToInput | None = None,
    mean: ChannelValues = None,
    std: ChannelValues = None,
    fingerprint_samples: int | None = 10_000,
) -> ItemData:
    """Show a dataset whose items `parse_item` understands; `ItemData` says what becomes of them.

    Labels count the dataset's `classes`, or those of the dataset it is a subset of.
    `mean` and `std` are those of the dataset's own normalisation, undone for pictures only.
    """
    return ItemData(
        dataset,
        parse_item,
        kind="torch",
        own_categories=_classes(dataset),
        categories=categories,
        preprocess=preprocess,
        mean=mean,
        std=std,
        fingerprint_samples=fingerprint_samples,
    )


def loader_dataset(loader: DataLoader[Any]) -> Any:
    """The dataset behind a loader that shows all of it, in order and unchanged.

    Batches and workers are the recording's affair.

    Raises
    ------
    DataError
        The loader shuffles, samples, drops or collates in its own way, or its dataset has no places.
    """
    problem = _problem(loader)
    if problem is not None:
        raise DataError(
            f"the DataLoader {problem}, and samples need fixed places to have lasting ids. "
            "Give its dataset instead (loader.dataset), or a DataLoader with shuffle=False and no sampler."
        )
    return loader.dataset


def _classes(dataset: Any) -> list[str] | None:
    while not hasattr(dataset, "classes"):
        if not hasattr(dataset, "dataset"):
            return None
        dataset = dataset.dataset  # of a Subset
    classes = dataset.classes
    if not isinstance(classes, (list, tuple)) or len(classes) == 0:
        return None
    # torchvision's ImageNet gives each class as a tuple of synonyms
    return [", ".join(map(str, name)) if isinstance(name, tuple) else str(name) for name in classes]


def _problem(loader: DataLoader[Any]) -> str | None:
    if isinstance(loader.dataset, IterableDataset):
        return f"reads a stream, {type(loader.dataset).__name__}"
    batches = loader.batch_sampler
    if batches is not None and type(batches) is not BatchSampler:
        return f"has a batch sampler of its own, {type(batches).__name__}"
    sampler = loader.sampler if batches is None else batches.sampler
    if type(sampler) is not SequentialSampler or len(sampler) != len(loader.dataset):  # type: ignore[arg-type]
        return f"shuffles or samples, with a {type(sampler).__name__}"
    if batches is not None and batches.drop_last and len(sampler) % batches.batch_size:
        return "drops the last samples (drop_last=True)"
    if loader.collate_fn not in (default_collate, default_convert):
        name = getattr(loader.collate_fn, "__name__", type(loader.collate_fn).__name__)
        return f"changes samples while it collates them, with {name}"
    return None
