"""Labels as indices of categories."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from shiftscope.arrays import NO_LABEL
from shiftscope.category_names import alike, checked_categories, once
from shiftscope.errors import DataError, LabelError, closest

LARGEST = 2**31 - 1  # labels are kept as 32-bit numbers
CLASSIFIERS = (
    "shiftscope looks at classifiers with one label a sample: give no labels, None for each where a dataset gives "
    "them,"
)


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
            f"sample {sample!r} has a label {what}, of type {type(label).__name__}. {_way_out(label)}"
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
        rows = array.ndim == 2 and len(array) == len(ids)
        if rows and array.shape[1] == 1:
            raise LabelError(
                f"labels of shape {array.shape} for {len(ids)} samples, a column. Give it as a row: labels[:, 0]."
            )
        raise LabelError(
            f"labels of shape {array.shape} for {len(ids)} samples. Give each sample one label. "
            f"{_way_out(array) if rows else ''}".rstrip()
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


def _way_out(label: Any) -> str:
    """What to do about a label, or rows of them, that is no category."""
    if isinstance(label, float):
        return (
            "Is it a number of a category? Give whole numbers, labels.astype(int), -1 for none. Is it a regression "
            f"target? {CLASSIFIERS} and give the numbers as metadata."
        )
    rows = _numbers(label)
    if rows is None:
        return "A label is a whole number from 0, a category's name, or -1 or None where there is none."
    if not np.isin(rows, (0, 1)).all():
        return f"Several numbers a sample are no category. {CLASSIFIERS} and give them as metadata."
    if (rows.sum(-1) == 1).all():
        return "One-hot rows become labels by labels.argmax(-1)."
    return f"Rows of 0 and 1 are a multi-label target. {CLASSIFIERS} and give the column of each category as metadata."


def _numbers(label: Any) -> npt.NDArray[Any] | None:
    """Several numbers as an array; None for anything else."""
    if not (isinstance(label, (list, tuple)) or hasattr(label, "shape")):
        return None
    try:
        rows = np.array(label.tolist() if hasattr(label, "tolist") else label)
    except ValueError:  # rows of different length
        return None
    return rows if rows.ndim and rows.dtype.kind in "fiub" else None


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
    exactly, nearly = _indices(categories)
    index = exactly.get(label, nearly.get(alike(label)))
    if index is None:
        why = "a name of several categories" if label in categories else "not a category"
        raise LabelError(
            f"sample {sample!r} has the label {label!r}, {why}; closest: {closest(label, categories)}. "
            f"There are {len(categories)} categories."
        )
    return index


@lru_cache(maxsize=8)
def _indices(categories: tuple[str, ...]) -> tuple[dict[str, int], dict[str, int]]:
    """Index by name, and by what `alike` makes of it, where only one category has it."""
    return once(categories), once([*map(alike, categories)])
