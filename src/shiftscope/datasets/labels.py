"""Labels as indices of categories, and where one list of categories stands in another."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from shiftscope.arrays import NO_LABEL
from shiftscope.category_names import checked_categories
from shiftscope.errors import DataError, LabelError, closest

LARGEST = 2**31 - 1  # labels are kept as 32-bit numbers


def category_names(categories: Sequence[str] | None) -> tuple[str, ...] | None:
    """The names as a tuple of text; `DataError` where `checked_categories` refuses them or there are none."""
    if categories is None:
        return None
    if len(categories) == 0:
        raise DataError("categories is an empty list; leave it out if there are no names.")
    if isinstance(categories, str):
        raise DataError(f"categories={categories!r}; it takes a list of names in label order.")
    return checked_categories(categories)


def label_index(label: Any, categories: tuple[str, ...] | None, sample: str) -> int:
    """Index of the category that one label means, `NO_LABEL` for -1 and None.

    Raises
    ------
    LabelError
        Neither a whole number within the categories nor one category's name.
    """
    if isinstance(label, str):
        return _named(label, categories, sample)
    if hasattr(label, "ndim") and label.ndim == 0:
        label = label.item()
    if label is None:
        return NO_LABEL
    if not isinstance(label, (int, np.integer)):
        what = f"of shape {tuple(label.shape)}" if hasattr(label, "shape") else repr(label)
        raise LabelError(
            f"sample {sample!r} has a label {what}, of type {type(label).__name__}. "
            "A label is a whole number from 0, a category's name, or -1 or None where there is none."
        )
    return _within(int(label), categories, sample)


def label_indices(
    labels: Any, categories: tuple[str, ...] | None, ids: Sequence[str]
) -> npt.NDArray[np.int64]:
    """(sample,) index of each sample's category, `NO_LABEL` where there is none.

    Raises
    ------
    LabelError
        Not one label for each sample, or a label that `label_index` refuses.
    """
    if labels is None:
        return np.full(len(ids), NO_LABEL, dtype=np.int64)
    if hasattr(labels, "detach"):
        labels = labels.detach().cpu().numpy()
    array = labels if isinstance(labels, np.ndarray) else np.array(list(labels), dtype=object)
    if array.shape != (len(ids),):
        raise LabelError(
            f"labels of shape {array.shape} for {len(ids)} samples. One label a sample is due; "
            "for one-hot rows give labels.argmax(1)."
        )
    if array.dtype.kind in "iu":
        last = LARGEST if categories is None else len(categories) - 1
        wrong = (array < NO_LABEL) | (array > last)
        if wrong.any():
            first = int(np.argmax(wrong))
            _within(int(array[first]), categories, ids[first])
        return array.astype(np.int64)
    found = [
        label_index(label, categories, sample) for label, sample in zip(array.tolist(), ids, strict=True)
    ]
    return np.array(found, dtype=np.int64)


def category_places(own: Sequence[str], categories: Sequence[str]) -> npt.NDArray[np.int64]:
    """(own category,) the index in `categories` that each of a source's own categories has.

    By name where every name is among `categories`: a shifted set may have fewer, in another order. Otherwise
    by position, if there are as many: "0 - zero" and "0" are two ways to write one category.

    Raises
    ------
    DataError
        Neither.
    """
    named = {name: index for index, name in reversed(list(enumerate(categories)))}
    unique = len(set(own)) == len(own)
    if list(own) != list(categories) and unique and all(name in named for name in own):
        return np.array([named[name] for name in own], dtype=np.int64)
    if len(own) != len(categories):
        stranger = next((name for name in own if name not in named), own[0])
        raise DataError(
            f"the data has {len(own)} categories of its own, and {len(categories)} are asked for; "
            f"{stranger!r} is not one of them, closest: {closest(stranger, categories)}. "
            "Rename its categories, or give labels= in terms of yours."
        )
    return np.arange(len(own), dtype=np.int64)


def _within(label: int, categories: tuple[str, ...] | None, sample: str) -> int:
    if label < NO_LABEL:
        raise LabelError(f"sample {sample!r} has the label {label}; labels count from 0, and -1 means none.")
    if categories is None and label > LARGEST:
        raise LabelError(f"sample {sample!r} has the label {label}; labels go up to {LARGEST}.")
    if categories is not None and label >= len(categories):
        raise LabelError(
            f"sample {sample!r} has the label {label}; there are {len(categories)} categories, "
            f"0 to {len(categories) - 1}."
        )
    return label


def _named(label: str, categories: tuple[str, ...] | None, sample: str) -> int:
    if categories is None:
        raise LabelError(
            f"sample {sample!r} has the label {label!r}, and nothing says which category that is. "
            'Give the names in label order: ss.dataset(..., categories=["cat", "dog"]).'
        )
    index = _indices(categories).get(label)
    if index is None:
        why = "a name of several categories" if label in categories else "not a category"
        raise LabelError(
            f"sample {sample!r} has the label {label!r}, {why}; closest: {closest(label, categories)}. "
            f"There are {len(categories)} categories."
        )
    return index


@lru_cache(maxsize=8)
def _indices(categories: tuple[str, ...]) -> dict[str, int]:
    """Index by name, of names that only one category has."""
    once: dict[str, int] = {}
    seen: set[str] = set()
    for index, name in enumerate(categories):
        if name in seen:
            once.pop(name, None)
        else:
            once[name] = index
        seen.add(name)
    return once
