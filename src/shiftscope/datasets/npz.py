"""Arrays in one `.npz` file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from shiftscope.arrays import NO_LABEL
from shiftscope.datasets.array_layout import Layout
from shiftscope.datasets.arrays import ArrayData
from shiftscope.datasets.category_places import category_places
from shiftscope.datasets.kind import dataset_kinds
from shiftscope.datasets.labels import category_names, label_indices
from shiftscope.datasets.preprocess import Preprocess
from shiftscope.datasets.sample_ids import sample_ids
from shiftscope.errors import DataError, closest

IMAGE_NAMES = ("image", "images", "x", "data")
LABEL_NAMES = ("label", "labels", "y")
ID_NAMES = ("id", "ids")


def npz(
    path: str | Path,
    *,
    image: str | None = None,
    label: str | None = None,
    ids: str | None = None,
    categories: Sequence[str] | None = None,
    preprocess: Preprocess | None = None,
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
    pictures = named_array(arrays, path, "image", image, IMAGE_NAMES, needed=True)
    labels = named_array(arrays, path, "label", label, LABEL_NAMES)
    names = named_array(arrays, path, "ids", ids, ID_NAMES)
    known = sample_ids(names[1], len(pictures[1]))
    indices, categories = stored_labels(arrays, labels[1], categories, known)
    metadata = plain_columns(arrays, len(known), leave_out=(pictures[0], labels[0], names[0]))
    return ArrayData(pictures[1], indices, known, metadata, categories, preprocess, layout=layout)


def npz_arrays(path: str | Path) -> dict[str, npt.NDArray[Any]]:
    """Every array of the file, by name."""
    try:
        with open(path, "rb") as stream:
            file = np.load(stream, allow_pickle=False)
            if isinstance(file, np.ndarray):
                raise DataError(
                    f"{str(path)!r} holds one array; save it with its labels, np.savez(path, x=..., y=...)."
                )
            return {name: file[name] for name in file.files}
    except DataError:
        raise
    except FileNotFoundError as error:
        raise DataError(f"no file {str(path)!r}.") from error
    except Exception as error:  # a damaged archive fails in as many ways as it can be damaged
        raise DataError(
            f"{str(path)!r} is not an .npz file of plain arrays: {error}. Save numbers and text, not objects."
        ) from error


def named_array(
    arrays: Mapping[str, npt.NDArray[Any]],
    path: str | Path,
    option: str,
    asked: str | None,
    usual: Sequence[str],
    needed: bool = False,
) -> tuple[str, Any]:
    """Name and array; ("", None) where none is needed and none is there."""
    for name in usual if asked is None else [asked]:
        if name in arrays:
            return name, arrays[name]
    if asked is None and not needed:
        return "", None
    wanted = f"none of {', '.join(usual)}" if asked is None else f"no array {asked!r}"
    alike = "" if asked is None else f"; closest: {closest(asked, arrays)}"
    raise DataError(
        f"{wanted} in {str(path)!r}{alike}. There are: {', '.join(arrays)}. "
        f"Name the one to take with {option}=."
    )


def plain_columns(
    arrays: Mapping[str, npt.NDArray[Any]], count: int, leave_out: Sequence[str]
) -> dict[str, npt.NDArray[Any]]:
    """Arrays that hold one plain value for each sample."""
    leave_out = (*leave_out, "categories")
    return {
        name: array for name, array in arrays.items() if array.shape == (count,) and name not in leave_out
    }


def stored_labels(
    arrays: Mapping[str, npt.NDArray[Any]],
    labels: npt.NDArray[Any] | None,
    categories: Sequence[str] | None,
    ids: Sequence[str],
) -> tuple[npt.NDArray[np.int64], tuple[str, ...] | None]:
    """(sample,) labels in terms of `categories`, or of the file's own names, and those names."""
    asked = category_names(categories)
    own = None
    if "categories" in arrays and arrays["categories"].dtype.kind == "U":
        own = category_names(arrays["categories"].tolist())
    if asked is None or own is None:
        names = asked or own
        return label_indices(labels, names, ids), names
    places = category_places(own, asked)
    indices = label_indices(labels, own, ids)
    return np.where(indices == NO_LABEL, NO_LABEL, places[indices]), asked


dataset_kinds.enter("npz", npz)
