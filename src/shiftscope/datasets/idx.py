"""MNIST and the sets that come in its files."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from shiftscope.datasets.arrays import ArrayData
from shiftscope.datasets.kind import dataset_kinds
from shiftscope.datasets.preprocess import Preprocess
from shiftscope.datasets.read_idx import read_idx
from shiftscope.errors import BadRequest, DataError

PREFIXES = {"train": ("train",), "test": ("t10k", "test")}


def idx(
    path: str | Path,
    *,
    split: str = "test",
    label_file: str | Path | None = None,
    categories: Sequence[str] | None = None,
    preprocess: Preprocess | None = None,
) -> ArrayData:
    """Pictures and labels from a folder with the files' usual names, or from files.

    Parameters
    ----------
    path
        A folder with `train-images-idx3-ubyte`, `train-labels-idx1-ubyte`, `t10k-...`, each perhaps with
        `.gz` and perhaps with a dot before `idx`; or one file of images.
    split
        "train" or "test", for a folder.
    label_file
        For a file of images; without one the set has no labels.

    Raises
    ------
    DataError
        A file is missing, truncated or another format, or the two do not count the same.
    """
    path = Path(path)
    labels: Path | None
    if path.is_dir():
        if split not in PREFIXES:
            raise BadRequest(f"no split {split!r}. There are: {', '.join(PREFIXES)}.")
        images, labels = _find(path, split, "images-idx3"), _find(path, split, "labels-idx1")
    else:
        images, labels = path, None if label_file is None else Path(label_file)
    pictures = read_idx(images, axes=3)
    answers = None if labels is None else read_idx(labels, axes=1)
    if answers is not None and len(answers) != len(pictures):
        raise DataError(
            f"{len(pictures):,} images in {str(images)!r}, {len(answers):,} labels in {str(labels)!r}."
        )
    return ArrayData(pictures, answers, categories=categories, preprocess=preprocess)


def _find(folder: Path, split: str, part: str) -> Path:
    stems = [
        f"{prefix}-{name}-ubyte"
        for prefix in PREFIXES[split]
        for name in (part, part.replace("-idx", ".idx"))
    ]
    names = [stem + ending for stem in stems for ending in ("", ".gz")]
    for name in names:
        if (folder / name).is_file():
            return folder / name
    raise DataError(f"no {split} file in {str(folder)!r}; looked for {', '.join(names)}.")


dataset_kinds.enter("idx", idx)
