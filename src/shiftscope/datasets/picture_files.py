"""Image files of one folder, in a fixed order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from shiftscope.arrays import NO_LABEL
from shiftscope.datasets.file_digests import file_digests
from shiftscope.datasets.fingerprint import fingerprint
from shiftscope.datasets.inside import inside
from shiftscope.datasets.metadata import Plain, row
from shiftscope.datasets.preprocess import Preprocess
from shiftscope.datasets.read_picture import read_picture
from shiftscope.datasets.reading import reading
from shiftscope.datasets.sample import Sample


@dataclass(frozen=True, eq=False)
class PictureFiles:
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
    preprocess: Preprocess

    def __len__(self) -> int:
        return len(self.files)

    def __getitem__(self, position: int) -> Sample:
        position = range(len(self.files))[position]
        with reading(f"{self.files[position]!r} of {self.path!r}"):
            picture = self.preprocess.picture(read_picture(inside(self.root, self.files[position])))
            values = self.preprocess.tensor(picture)
        label = int(self.labels[position])
        return Sample(
            id=self.ids[position],
            input=values,
            label=None if label == NO_LABEL else label,
            picture=picture,
            source=self.files[position],
            metadata=row(self.metadata, position),
        )

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
        return {"kind": self.kind, "path": self.path, "preprocess": self.preprocess.describe()}
