"""Image files of one folder, in a fixed order, and none from anywhere else."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from shiftscope.datasets.fingerprint import file_digests, fingerprint
from shiftscope.datasets.metadata import Plain
from shiftscope.datasets.pictures.eight_bit import eight_bit
from shiftscope.datasets.pictures.pixels import Shown
from shiftscope.datasets.pictures.read_picture import read_picture
from shiftscope.datasets.pictures.transform import ToInput, Transform
from shiftscope.datasets.row_data import RowData
from shiftscope.datasets.sample import in_words, reading
from shiftscope.errors import DataError


@dataclass(eq=False)
class PictureFiles(RowData):
    """Files below `root`, decoded on reading; made by `image_folder` and `image_table`.

    A file that is a link is read only if it leads to a place below `root`.
    """

    kind: str
    path: str  # the folder or table, as the user wrote it
    root: Path
    files: Sequence[str]  # relative to root
    ids: Sequence[str]
    labels: npt.NDArray[np.int64]
    categories: tuple[str, ...] | None
    metadata: Mapping[str, list[Plain]]
    preprocess: ToInput
    told: Sequence[str] = ()
    given_root: str = ""  # where somebody said which folder paths start from

    def fingerprint(self) -> str:
        """SHA-256 over paths, ids, labels, metadata, preprocessing, and size and content of each file.

        Sets of up to 1 GiB count byte for byte; of a larger one, long files with their size and both ends
        (`file_digests` says how much).
        """
        with reading(f"{self.path!r}"):
            content = file_digests([inside(self.root, file) for file in self.files])
        known = (self.labels, self.metadata, self.preprocess.describe())
        return fingerprint("picture files", content, self.files, self.ids, *known)

    def describe(self) -> dict[str, Any]:
        return {
            "kind": self.kind,
            "path": self.path,
            **({"root": self.given_root} if self.given_root else {}),
            "preprocess": self.preprocess.describe(),
            **in_words(self.told),
        }

    def _shown(self, position: int) -> Shown:
        with reading(f"{self.files[position]!r} of {self.path!r}"):
            picture = read_picture(inside(self.root, self.files[position]))
            if isinstance(self.preprocess, Transform):
                picture = eight_bit(picture, "RGB")  # as torchvision's loaders give it to a transform
            return self.preprocess.show(picture)

    def _source(self, position: int) -> str:
        return self.files[position]


def inside(root: Path, file: str) -> Path:
    """Where `file`, relative to `root` or absolute, is once all links are followed.

    Raises
    ------
    DataError
        That place is not below `root`.
    """
    real_root = os.path.realpath(root)
    real = os.path.realpath(os.path.join(real_root, file))
    if not Path(real).is_relative_to(real_root):  # nor on another drive, which `commonpath` stumbles over
        raise DataError(
            f"{file!r} leads out of the folder {str(root)!r}, to {real!r}. Copy the file into the folder, or "
            'list it in a CSV file and name a folder that holds all: ss.dataset("csv:list.csv", root="...").'
        )
    return Path(real)
