"""A folder of pictures with one subfolder for each category."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from shiftscope.arrays import NO_LABEL
from shiftscope.datasets.labels import category_names, label_index
from shiftscope.datasets.picture_files import PictureFiles, inside
from shiftscope.datasets.preprocess import Preprocess
from shiftscope.datasets.read_picture import EXTENSIONS
from shiftscope.datasets.sample import dataset_kinds
from shiftscope.errors import DataError, LabelError


def image_folder(
    path: str | Path, *, categories: Sequence[str] | None = None, preprocess: Preprocess | None = None
) -> PictureFiles:
    """Every picture below a folder, in order of its path; the first subfolder's name is the category.

    A file is a picture by its extension, in either case; other files, and files and folders whose name
    begins with a dot, are passed over. A folder without subfolders is a set without labels. The sample id is
    the path below the folder, with `/` between its parts. Links to folders, and links to files elsewhere,
    are refused.

    Parameters
    ----------
    categories
        Names in the order of the labels; the sorted names of the subfolders if left out.

    Raises
    ------
    DataError
        No pictures, a subfolder that is not one of the categories or is empty without their names being
        given, pictures beside the subfolders, or a link out of the folder.
    """
    root = Path(path)
    if not root.is_dir():
        raise DataError(
            f"no folder {str(path)!r}." if not root.exists() else f"{str(path)!r} is not a folder."
        )
    files = sorted(_pictures(root))
    folders = sorted(
        entry.name
        for entry in os.scandir(root)
        if entry.is_dir(follow_symlinks=False) and not entry.name.startswith(".")
    )
    if not files:
        raise DataError(
            f"no pictures below {str(path)!r}; looked for files ending in {', '.join(EXTENSIONS)}."
        )
    names = category_names(categories)
    labels = np.full(len(files), NO_LABEL, dtype=np.int64)
    if folders:
        names = names or _filled(folders, files, path)
        by_folder = {folder: _index(folder, names, path) for folder in folders}
        labels = np.array([by_folder[_folder(file, path)] for file in files], dtype=np.int64)
    return PictureFiles(
        kind="imagefolder",
        path=str(path),
        root=root,
        files=files,
        ids=files,
        labels=labels,
        categories=names,
        metadata={},
        preprocess=preprocess or Preprocess(),
    )


def _pictures(root: Path) -> Iterator[str]:
    for folder, folders, files in os.walk(root, onerror=_refuse):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in folders:
            if os.path.islink(os.path.join(folder, name)):
                raise DataError(
                    f"{os.path.join(folder, name)!r} is a link to a folder, which is not followed. "
                    "Copy the folder, or list its files in a CSV file and say where their paths start: "
                    'ss.dataset("csv:list.csv", root="...").'
                )
        for name in files:
            if name.startswith(".") or not name.lower().endswith(EXTENSIONS):
                continue
            relative = Path(folder, name).relative_to(root).as_posix()
            if os.path.islink(os.path.join(folder, name)):
                inside(root, relative)
            yield _text(relative)


def _text(relative: str) -> str:
    try:
        relative.encode()
    except UnicodeEncodeError as error:
        raise DataError(
            f"the file name {relative!r} is not UTF-8, so it cannot be an id. Rename the file."
        ) from error
    return relative


def _refuse(error: OSError) -> None:
    raise DataError(f"{error.filename!r} cannot be listed: {error.strerror}.") from error


def _filled(folders: Sequence[str], files: Sequence[str], path: str | Path) -> tuple[str, ...]:
    empty = set(folders) - {file.split("/", 1)[0] for file in files if "/" in file}
    if empty:
        raise DataError(
            f"the folder {sorted(empty)[0]!r} of {str(path)!r} holds no pictures, so it may or may not "
            "be a category. Remove it, or give the names in label order: ss.dataset(..., categories=[...])."
        )
    return tuple(folders)


def _index(folder: str, names: tuple[str, ...], path: str | Path) -> int:
    try:
        return label_index(folder, names, folder)
    except LabelError as error:
        raise LabelError(f"the folder {folder!r} of {str(path)!r} is not a category: {error}") from error


def _folder(file: str, path: str | Path) -> str:
    folder, slash, _ = file.partition("/")
    if not slash:
        raise DataError(
            f"{file!r} lies beside the category folders of {str(path)!r}. Move it into one of them, "
            "or show a folder that has pictures only."
        )
    return folder


dataset_kinds.enter("imagefolder", image_folder)
