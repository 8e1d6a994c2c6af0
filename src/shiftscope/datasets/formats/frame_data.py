"""Pictures and what is known about them in memory: a pandas frame, a dict of columns, a list."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import torch
from PIL import Image

from shiftscope.category_names import alike
from shiftscope.datasets.formats.array_data import ArrayData
from shiftscope.datasets.formats.image_table import inside_paths, plain_values, table_labels, usual_column
from shiftscope.datasets.formats.picture_files import PictureFiles
from shiftscope.datasets.formats.picture_list import PictureList
from shiftscope.datasets.metadata import (
    Plain,
    column_named,
    find_name,
    metadata_columns,
    sample_ids,
    told_without_labels,
)
from shiftscope.datasets.pictures.preprocess import Preprocess
from shiftscope.datasets.pictures.transform import ToInput
from shiftscope.datasets.sample import Dataset
from shiftscope.errors import DataError

FRAME, COLUMNS = "the frame", "the dict"


def frame_data(
    data: pd.DataFrame | Mapping[str, Any],
    *,
    root: str | Path | None = None,
    file: str = "path",
    image: str = "image",
    label: str = "label",
    ids: str = "id",
    categories: Sequence[str] | None = None,
    preprocess: ToInput | None = None,
) -> Dataset:
    """One sample for each row of a frame, or each place in the columns of a dict, in its order.

    Parameters
    ----------
    root
        The folder that paths start from and that none may leave. If left out, the working folder; of paths that
        are all absolute, the innermost folder that holds them all.
    file, image, label, ids
        Names of the columns, but for case and blanks. One of the first two has to be there: paths of pictures, or
        pictures (PIL, bytes uint8, or in a dict one array of them). Labels and ids are as `image_table` has them;
        without ids paths or positions serve. All other columns become metadata.
    categories
        Names in the order of the labels; if left out and labels are names, the sorted names.

    Raises
    ------
    DataError
        Neither paths nor pictures, or both; two columns of one name; columns of different length; no rows; a path
        out of the folder; or a label that is neither.
    """
    where = FRAME if isinstance(data, pd.DataFrame) else COLUMNS
    header = [str(name) for name in data]
    _refuse_twice(header, [file, image, label, ids], where)
    columns = _columns(data, label)
    pictures, paths = _source_columns(header, file, image, where)
    label = usual_column(header, "label", label, where)
    ids = usual_column(header, "ids", ids, where, usual="id")
    shown = columns.pop(pictures or paths)
    count = len(shown)
    if count == 0:
        raise DataError(f"{where} has no rows.")
    given, labels = columns.pop(ids, None), columns.pop(label, None)
    for name, values in ((label, labels), (ids, given)):
        if values is not None and len(values) != count:
            raise DataError(f"the column {name!r} has {len(values)} values for {count} samples.")
    told = [] if label else [told_without_labels(columns)]
    if paths:
        start = _start(shown, root)
        files = inside_paths(shown, where, start, explicit_root=root is not None)
        names = sample_ids(given or files, count)
        indices, known = table_labels(labels, names, categories, where, told)
        return PictureFiles(
            kind="columns",
            path=where,
            root=start,
            files=files,
            ids=names,
            labels=indices,
            categories=known,
            metadata=metadata_columns(columns, count),
            preprocess=preprocess or Preprocess(),
            told=told,
        )
    if root is not None:
        raise DataError(f"root is where paths start, and {where} holds pictures. Leave it out.")
    names = sample_ids(given, count)
    indices, known = table_labels(labels, names, categories, where, told)
    metadata = metadata_columns(columns, count)
    return _in_memory(shown, names, indices, known, metadata, preprocess, told)


def picture_rows(
    pictures: Sequence[Any],
    *,
    labels: Any = None,
    ids: Sequence[str] | None = None,
    metadata: Any = None,
    root: str | Path | None = None,
    categories: Sequence[str] | None = None,
    preprocess: ToInput | None = None,
) -> Dataset:
    """A list of pictures, PIL or bytes, or of paths, with labels, ids and metadata in the same order.

    Raises
    ------
    DataError
        As `frame_data`.
    """
    named = "path" if isinstance(pictures[0], (str, os.PathLike)) else "image"
    columns = {str(name): list(values) for name, values in (metadata if metadata is not None else {}).items()}
    columns[named] = [*pictures]
    if labels is not None:
        columns["label"] = _listed(labels)
    if ids is not None:
        columns["id"] = _listed(ids)
    made = frame_data(columns, root=root, categories=categories, preprocess=preprocess)
    if labels is None and isinstance(made, (PictureFiles, PictureList)):
        made.told = ()  # a list has no columns among which labels could be missed
    return made


def is_pictures(data: Any) -> bool:
    """Whether this is a list that begins with a picture or a path."""
    return (
        isinstance(data, list)
        and len(data) > 0
        and (isinstance(data[0], (Image.Image, str, os.PathLike)) or _is_bytes(data[0]))
    )


def _is_bytes(value: Any) -> bool:
    return isinstance(value, np.ndarray) and value.dtype == np.uint8 and value.ndim in (2, 3)


def _in_memory(
    shown: Any,
    ids: Sequence[str],
    labels: npt.NDArray[np.int64],
    categories: tuple[str, ...] | None,
    metadata: dict[str, list[Plain]],
    preprocess: ToInput | None,
    told: Sequence[str],
) -> Dataset:
    if isinstance(shown, (np.ndarray, torch.Tensor)):
        made = ArrayData(shown, labels, ids, metadata, categories, preprocess)
        made.told = told
        return made
    return PictureList(shown, ids, labels, categories, metadata, preprocess, told)


def _refuse_twice(header: Sequence[str], used: Sequence[str], where: str) -> None:
    """Raise `DataError` where nothing says which of two columns is meant."""
    twice = next((name for place, name in enumerate(header) if name in header[:place]), None)
    if twice is not None:
        raise DataError(
            f"{where} has two columns {twice!r}. Rename or drop one. There are: {', '.join(header)}."
        )
    for name in used:
        same = [other for other in header if alike(other) == alike(name)]
        if len(same) > 1:
            raise DataError(
                f"{where} has the columns {' and '.join(map(repr, same))}, which differ only in case and blanks. "
                f"Rename or drop one. There are: {', '.join(header)}."
            )


def _source_columns(header: Sequence[str], file: str, image: str, where: str) -> tuple[str, str]:
    """The column of pictures and the one of paths, of which one is ""."""
    pictures, paths = find_name(header, [image]), find_name(header, [file])
    if image != "image":
        pictures, paths = column_named(header, "image", image, where=where), ""
    elif file != "path":
        pictures, paths = "", column_named(header, "file", file, where=where)
    if pictures and paths:
        raise DataError(
            f"{where} has both {paths!r} and {pictures!r}, and nothing says which is shown. Drop one. "
            f"There are: {', '.join(header)}."
        )
    if not (pictures or paths):
        raise DataError(
            f"{where} has neither {file!r} nor {image!r}. There are: {', '.join(header) or 'no columns'}. Name the "
            'column: ss.dataset(..., file="...") of paths, or image="..." of pictures.'
        )
    return pictures, paths


def _columns(data: pd.DataFrame | Mapping[str, Any], label: str) -> dict[str, Any]:
    """The values by column: lists, or an array of several axes as it is; None in a frame where there is none."""
    if isinstance(data, pd.DataFrame):
        return {
            # Where labels are missing pandas made floats of whole numbers.
            str(name): plain_values(data[name].convert_dtypes() if str(name) == label else data[name])
            for name in data
        }
    return {str(name): _listed(values) for name, values in data.items()}


def _listed(values: Any) -> Any:
    if isinstance(values, (np.ndarray, torch.Tensor)) and values.ndim > 1:
        return values
    if isinstance(values, pd.Series):
        return plain_values(values)
    if isinstance(values, str) or not hasattr(values, "__len__"):
        raise DataError(f"a column of type {type(values).__name__}; it takes a list, an array or a series.")
    return values.tolist() if hasattr(values, "tolist") else list(values)


def _start(paths: Sequence[Any], root: str | Path | None) -> Path:
    if root is not None:
        return Path(root)
    if all(isinstance(path, (str, os.PathLike)) and os.path.isabs(path) for path in paths):
        return Path(os.path.commonpath([os.path.dirname(os.path.normpath(path)) for path in paths]))
    return Path.cwd()
