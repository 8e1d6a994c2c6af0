"""Arrays in one `.npz` file."""

from __future__ import annotations

import os
import zipfile
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from shiftscope.arrays import NO_LABEL
from shiftscope.category_names import in_order
from shiftscope.datasets.category_places import category_places, check_order_of_numbers, told_by_position
from shiftscope.datasets.formats.array_data import ArrayData
from shiftscope.datasets.formats.array_layout import Layout
from shiftscope.datasets.formats.unpacking import refuse_bomb
from shiftscope.datasets.labels import category_names, label_indices
from shiftscope.datasets.metadata import column_named, sample_ids, told_without_labels
from shiftscope.datasets.pictures.transform import ToInput
from shiftscope.datasets.sample import dataset_kinds
from shiftscope.errors import DataError
from shiftscope.local_file import local_file

IMAGE_NAMES = ("image", "images", "x", "data")
LABEL_NAMES = ("label", "labels", "y")
ID_NAMES = ("id", "ids")

# labels, ids, metadata and categories, in the order that `ArrayData` takes them, and what is to be told
StoredRows = tuple[
    npt.NDArray[np.int64], Sequence[str], dict[str, npt.NDArray[Any]], tuple[str, ...] | None, list[str]
]


def npz(
    path: str | Path,
    *,
    image: str | None = None,
    label: str | None = None,
    ids: str | None = None,
    categories: Sequence[str] | None = None,
    preprocess: ToInput | None = None,
    layout: Layout | None = None,
) -> ArrayData:
    """The pictures and labels of an `.npz` file, which is never unpickled.

    `image`, `label` and `ids` name the arrays; left out, the first of `IMAGE_NAMES`, `LABEL_NAMES` and
    `ID_NAMES` that the file has. An array `categories` names what the labels count; `category_places` carries
    them over to the option of that name. Every other array with one plain value a sample becomes metadata.

    Raises
    ------
    DataError
        Not an `.npz` file, or without the array asked for.
    """
    arrays = npz_arrays(path)
    if image is None and "scan" in arrays and "offset" in arrays:
        raise DataError(f"{str(path)!r} is a JPEG pack: open it as jpegpack:{path}.")
    image = column_named(arrays, "image", image, IMAGE_NAMES, what="array", where=repr(str(path)))
    labels, names, columns, known, told = stored_rows(
        arrays, path, len(arrays[image]), label=label, ids=ids, categories=categories, leave_out=[image]
    )
    data = ArrayData(arrays[image], labels, names, columns, known, preprocess, layout=layout)
    data.told = told
    return data


def npz_arrays(path: str | Path) -> dict[str, npt.NDArray[Any]]:
    """Every array of the file, by name."""
    there = local_file(path)
    try:
        with there.open("rb") as stream:
            if zipfile.is_zipfile(stream):
                members = zipfile.ZipFile(stream).infolist()
                refuse_bomb(str(path), os.path.getsize(path), sum(member.file_size for member in members))
            stream.seek(0)
            file = np.load(stream, allow_pickle=False)
            if isinstance(file, np.ndarray):
                raise DataError(
                    f"{str(path)!r} holds one array; save it with its labels, np.savez(path, x=..., y=...)."
                )
            arrays = {name: file[name] for name in file.files}
        if foreign := [name for name, array in arrays.items() if not isinstance(array, np.ndarray)]:
            raise DataError(f"{str(path)!r} holds {foreign[0]!r}, which is no array; save it with np.savez.")
        return arrays
    except DataError:
        raise
    except Exception as error:  # a damaged archive fails in as many ways as it can be damaged
        raise DataError(
            f"{str(path)!r} is not an .npz file of plain arrays: {error}. Save numbers and text, not objects."
        ) from error


def stored_rows(
    arrays: Mapping[str, npt.NDArray[Any]],
    path: str | Path,
    count: int,
    *,
    label: str | None,
    ids: str | None,
    categories: Sequence[str] | None,
    leave_out: Sequence[str],
) -> StoredRows:
    """Labels, ids, metadata and categories, as `npz` finds them, of `count` samples, and what is to be told.

    Labels count `categories`, or else the file's own. Arrays that `leave_out` names are no metadata.
    """
    find = partial(column_named, arrays, what="array", where=repr(str(path)), needed=False)
    label, ids = find("label", label, LABEL_NAMES), find("ids", ids, ID_NAMES)
    names = sample_ids(arrays.get(ids), count)
    labels, known, order = _stored_labels(arrays, arrays.get(label), categories, names)
    taken = {label, ids, *leave_out, *(["categories"] if _holds_names(arrays) else [])}
    others = {name: array for name, array in arrays.items() if name not in taken}
    columns = {name: array for name, array in others.items() if array.shape == (count,)}
    told = order if label else [told_without_labels(others, "array")]
    if passed := [
        f"{name!r} of shape {array.shape}" for name, array in others.items() if name not in columns
    ]:
        told.append(f"passed over, for they are not one value a sample: {', '.join(passed)}.")
    return labels, names, columns, known, told


def _stored_labels(
    arrays: Mapping[str, npt.NDArray[Any]],
    labels: npt.NDArray[Any] | None,
    categories: Sequence[str] | None,
    ids: Sequence[str],
) -> tuple[npt.NDArray[np.int64], tuple[str, ...] | None, list[str]]:
    """(sample,) labels in terms of `categories`, or of the file's own names; those names; how their order was known."""
    asked = category_names(categories)
    own = None
    if _holds_names(arrays):
        own = category_names(arrays["categories"].tolist())
    if asked is None or own is None:
        names = asked or own
        told = []
        if asked is None and own is not None:
            check_order_of_numbers(own, "the file's categories")
            told = [f"categories are the file's own in their order: {in_order(own)}."]
        return label_indices(labels, names, ids), names, told
    places = category_places(own, asked)
    indices = label_indices(labels, own, ids)
    return np.where(indices == NO_LABEL, NO_LABEL, places[indices]), asked, told_by_position(own, asked)


def _holds_names(arrays: Mapping[str, npt.NDArray[Any]]) -> bool:
    return "categories" in arrays and arrays["categories"].dtype.kind == "U"


dataset_kinds.register("npz", npz)
