"""A map-style `torch.utils.data.Dataset`, torchvision's among them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from shiftscope.datasets.draw import ChannelValues
from shiftscope.datasets.item_data import ItemData
from shiftscope.datasets.parse_item import parse_item
from shiftscope.datasets.preprocess import Preprocess


def torch_dataset(
    dataset: Any,
    *,
    categories: Sequence[str] | None = None,
    preprocess: Preprocess | None = None,
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
