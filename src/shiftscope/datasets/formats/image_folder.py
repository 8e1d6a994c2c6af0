"""A folder of pictures with one subfolder for each category."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np

from shiftscope.arrays import NO_LABEL
from shiftscope.category_names import in_order
from shiftscope.checked_text import checked_text
from shiftscope.datasets.category_places import folder_order, places_by_name
from shiftscope.datasets.formats.picture_files import PictureFiles, inside
from shiftscope.datasets.labels import category_names, label_index
from shiftscope.datasets.pictures.preprocess import Preprocess
from shiftscope.datasets.pictures.read_picture import endings
from shiftscope.datasets.pictures.transform import ToInput
from shiftscope.datasets.sample import dataset_kinds
from shiftscope.errors import DataError, LabelError
from shiftscope.local_file import refuse_address


def image_folder(
    path: str | Path, *, categories: Sequence[str] | None = None, preprocess: ToInput | None = None
) -> PictureFiles:
    """Every picture below a folder, in order of its path; the first subfolder's name is the category.

    A file is a picture by its ending, in either case, where Pillow can open its format here; other files are passed
    over and counted, and so are, without a word, files and folders whose name begins with a dot. A folder without
    subfolders is a set without labels. The sample id is the path below the folder, with `/` between its parts. Links
    to folders, and links to files elsewhere, are refused.

    Parameters
    ----------
    categories
        Names in the order of the labels; the sorted names of the subfolders if left out, by number where all are whole
        numbers from 0 on. A subfolder called by a number is that category, where no category has such a name.

    Raises
    ------
    DataError
        No pictures, a subfolder that is not one of the categories or is empty without their names being
        given, or whose numbers leave gaps, pictures beside the subfolders, or a link out of the folder.
    """
    refuse_address(str(path))
    root = Path(path)
    if not root.is_dir():
        raise DataError(
            f"no folder {str(path)!r}." if not root.exists() else f"{str(path)!r} is not a folder."
        )
    known, passed = endings(), Counter[str]()
    files = sorted(_pictures(root, known, passed))
    folders = sorted(
        entry.name
        for entry in os.scandir(root)
        if entry.is_dir(follow_symlinks=False) and not entry.name.startswith(".")
    )
    if not files:
        raise DataError(
            f"no images below {str(path)!r}; looked for files ending in {', '.join(known)}. "
            f"{_passed_over(passed)}".rstrip()
        )
    names = category_names(categories)
    labels = np.full(len(files), NO_LABEL, dtype=np.int64)
    told = [_passed_over(passed)] if passed else []
    if not folders:
        told.append("there are no subfolders, so no sample has a label.")
    else:
        if names is None:
            names = _filled(folders, files, path)
            told.append(f"categories are the folders in their order: {in_order(names)}.")
        places = zip(folders, places_by_name(folders, names), strict=True)
        by_folder = {folder: _index(folder, names, path) if at is None else at for folder, at in places}
        _refuse_shared(by_folder, names)
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
        told=told,
    )


def _passed_over(passed: Counter[str]) -> str:
    """How many files are no pictures by their ending, and which endings; nothing where there are none."""
    if not passed:
        return ""
    some = ", ".join(f"{ending!r} ({count:,})" for ending, count in passed.most_common(8))
    files = "1 file" if passed.total() == 1 else f"{passed.total():,} files"
    return f"{files} passed over, for no image ends so: {some}{', ...' * (len(passed) > 8)}."


def _pictures(root: Path, known: tuple[str, ...], passed: Counter[str]) -> Iterator[str]:
    """Pictures below a folder; what is passed over for its ending is counted in `passed`."""
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
            if name.startswith("."):
                continue
            if not name.lower().endswith(known):
                passed[Path(name).suffix.lower()] += 1
                continue
            relative = Path(folder, name).relative_to(root).as_posix()
            if os.path.islink(os.path.join(folder, name)):
                inside(root, relative)
            yield _text(relative)


def _text(relative: str) -> str:
    try:
        return checked_text(relative, "the file name")
    except DataError as error:
        raise DataError(f"{error} It is the sample's id: rename the file.") from error


def _refuse(error: OSError) -> None:
    raise DataError(f"{error.filename!r} cannot be listed: {error.strerror}.") from error


def _filled(folders: Sequence[str], files: Sequence[str], path: str | Path) -> tuple[str, ...]:
    empty = set(folders) - {file.split("/", 1)[0] for file in files if "/" in file}
    if empty:
        raise DataError(
            f"the folder {sorted(empty)[0]!r} of {str(path)!r} holds no images, so it may or may not "
            "be a category. Remove it, or give the names in label order: ss.dataset(..., categories=[...])."
        )
    return folder_order(folders, repr(str(path)))


def _refuse_shared(by_folder: Mapping[str, int], names: Sequence[str]) -> None:
    """Two folders of one category are as likely two categories of which one is misspelt."""
    first: dict[int, str] = {}
    for folder, place in by_folder.items():
        if first.setdefault(place, folder) != folder:
            raise DataError(
                f"the folders {first[place]!r} and {folder!r} would both be category {place}, {names[place]!r}. Put "
                "their images into one folder, or rename one."
            )


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
            "or show a folder that has images only."
        )
    return folder


dataset_kinds.register("imagefolder", image_folder)
