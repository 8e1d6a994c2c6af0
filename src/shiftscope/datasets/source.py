"""Whatever a user calls data, as a dataset."""

from __future__ import annotations

import inspect
import os
import zipfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import torch
from PIL.Image import Image
from torch.utils.data import DataLoader
from torch.utils.data import Dataset as TorchDataset

from shiftscope.datasets.formats.array_data import ArrayData
from shiftscope.datasets.formats.frame_data import frame_data, is_pictures, picture_rows
from shiftscope.datasets.formats.hugging_face import hugging_face, is_hugging_face
from shiftscope.datasets.formats.item_data import ItemData
from shiftscope.datasets.formats.torch_dataset import loader_dataset, torch_dataset
from shiftscope.datasets.pictures.transform import ToInput, Transform
from shiftscope.datasets.relabelled import Relabelled
from shiftscope.datasets.sample import Dataset, dataset_kinds
from shiftscope.datasets.split import limited
from shiftscope.errors import BadRequest, DataError, closest
from shiftscope.local_file import local_file

ACCEPTED = (
    "a dataset of shiftscope; an array or tensor, or (images, labels); a pandas DataFrame or a dict of columns with "
    "path or image; a list of pictures (PIL) or paths; a map-style torch Dataset, or a DataLoader that reads it in "
    "order; one split of a Hugging Face dataset; or text like imagefolder:val/"
)
KIND_OF_SUFFIX = {".csv": "csv", ".parquet": "parquet", ".pq": "parquet"}


def as_dataset(
    data: Any,
    *,
    preprocess: ToInput | None = None,
    transform: Callable[[Image], Any] | None = None,
    labels: Any = None,
    categories: Sequence[str] | None = None,
    limit: int | None = None,
    **options: Any,
) -> Dataset:
    """A dataset from data in any form that shiftscope knows.

    Parameters
    ----------
    data
        Any form that `Study.record` takes. Text is "kind:path", as "imagefolder:val", or a bare path: a folder is
        an imagefolder, a file is known by its ending.
    transform
        A function from a picture (PIL) to the model's input, in place of `preprocess`.
    labels
        One a sample, in order, in place of the source's own.
    categories
        Names in label order. Labels that are names are looked up in them, and labels that count the source's
        own categories are carried over by name.
    limit
        At most so many samples, spread evenly over the data.
    **options
        What else the kind of data takes.

    Raises
    ------
    DataError
        Data in another form, or that cannot be read.
    BadRequest
        An option that this kind of data does not take.
    """
    if transform is not None:
        if preprocess is not None:
            raise BadRequest("preprocess and transform both make inputs of pictures; give one of them.")
        preprocess = Transform(transform)
    given = {"preprocess": preprocess, "categories": categories}
    return limited(_all_samples(data, labels, categories, options | given), limit)


def _all_samples(
    data: Any, labels: Any, categories: Sequence[str] | None, options: dict[str, Any]
) -> Dataset:
    options = {name: value for name, value in options.items() if value is not None}
    if isinstance(data, (str, os.PathLike)):
        dataset = _from_text(os.fspath(data), options)
        return dataset if labels is None else Relabelled(dataset, labels)
    if is_dataset(data):
        if set(options) - {"categories"}:
            raise BadRequest(
                f"a {type(data).__name__} is a dataset already and takes no {', '.join(options)}."
            )
        return data if labels is None and categories is None else Relabelled(data, labels, categories)
    if isinstance(data, tuple) and len(data) == 2 and (_is_array(data[0]) or is_pictures(data[0])):
        if labels is not None:
            raise BadRequest("labels are given twice: in (images, labels), and as labels=.")
        data, labels = data
    if _is_array(data):
        return _made(ArrayData, "an array", data, options | ({} if labels is None else {"labels": labels}))
    if is_pictures(data):
        return _made(picture_rows, "a list", data, options | ({} if labels is None else {"labels": labels}))
    if labels is None:
        return _from_library(data, options)
    options.pop("categories", None)  # what its own labels count is of no matter
    items = _from_library(data, options)
    if isinstance(items, ItemData):
        items.labels_replaced = True
    return Relabelled(items, labels, categories)


def _from_text(text: str, options: dict[str, Any]) -> Dataset:
    kind, colon, path = text.partition(":")
    if not colon or len(kind) == 1 or os.path.exists(text):  # one letter is a drive
        kind, path = _kind_of_path(text), text
    if path.startswith("//"):
        raise DataError(f"{text!r} is not on this machine. Copy it to a local folder.")
    dataset = _made(dataset_kinds[kind], kind, path, options)
    own = dataset.dataset if isinstance(dataset, Relabelled) else dataset
    if isinstance(own, ArrayData):
        own.opened_from = f"{kind}:{path}"
    return dataset


def _kind_of_path(path: str) -> str:
    if os.path.isdir(path):
        return "imagefolder"
    kinds = ", ".join(dataset_kinds)
    if not os.path.exists(path):
        raise DataError(
            f"no file or folder {path!r} in {os.getcwd()!r}. Data is given as kind:path; kinds: {kinds}."
        )
    suffix = Path(path).suffix.lower()
    if suffix == ".npz":
        return "jpegpack" if _is_jpeg_pack(path) else "npz"
    if suffix not in KIND_OF_SUFFIX:
        raise DataError(f"what is in {path!r} cannot be read from its name. Say kind:path; kinds: {kinds}.")
    return KIND_OF_SUFFIX[suffix]


def _is_jpeg_pack(path: str) -> bool:
    try:
        with zipfile.ZipFile(local_file(path)) as archive:
            return {"scan.npy", "offset.npy"} <= set(archive.namelist())
    except (OSError, zipfile.BadZipFile):
        return False  # `npz` says what is wrong with it


def _from_library(data: Any, options: dict[str, Any]) -> Dataset:
    if isinstance(data, DataLoader):
        data = loader_dataset(data)
        if is_dataset(data):
            raise DataError(
                "a DataLoader over a dataset of shiftscope. Give the dataset itself (loader.dataset)."
            )
        return _made(torch_dataset, "a torch Dataset", data, options)
    if isinstance(data, dict) and data and all(is_hugging_face(split) for split in data.values()):
        raise DataError(
            f"a dataset of several splits: {', '.join(map(str, data))}. "
            f"Choose one, data[{next(iter(data))!r}]."
        )
    if is_hugging_face(data):
        return _made(hugging_face, "a Hugging Face dataset", data, options)
    if isinstance(data, (pd.DataFrame, Mapping)):
        what = "a data frame" if isinstance(data, pd.DataFrame) else "a dict of columns"
        return _made(frame_data, what, data, options)
    if isinstance(data, TorchDataset):
        return _made(torch_dataset, "a torch Dataset", data, options)
    if isinstance(data, (list, tuple)):
        held = f"whose first item is of type {_type(data[0])}" if data else "without items"
        raise DataError(f"a {type(data).__name__} {held}. Accepted: {ACCEPTED}.")
    raise DataError(f"data of type {_type(data)}. Accepted: {ACCEPTED}.")


def _type(data: Any) -> str:
    return f"{type(data).__module__}.{type(data).__qualname__}".removeprefix("builtins.")


def _made(make: Any, what: str, data: Any, options: dict[str, Any]) -> Dataset:
    known = list(inspect.signature(make).parameters)[1:]
    categories = None if "categories" in known else options.pop("categories", None)
    for option in options:
        if option not in known:
            raise BadRequest(
                f"{what} has no option {option!r}; closest: {closest(option, known)}. "
                f"It takes: {', '.join(known)}."
            )
    dataset: Dataset = make(data, **options)
    return dataset if categories is None else Relabelled(dataset, categories=categories)


def is_dataset(data: Any) -> bool:
    """Whether this is a dataset of shiftscope already."""
    return all(
        hasattr(data, name) for name in ("fingerprint", "describe", "categories", "__getitem__", "__len__")
    )


def _is_array(data: Any) -> bool:
    return isinstance(data, (np.ndarray, torch.Tensor))
