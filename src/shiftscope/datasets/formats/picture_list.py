"""Pictures in memory, of any sizes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

from shiftscope.datasets.fingerprint import fingerprint
from shiftscope.datasets.metadata import Plain
from shiftscope.datasets.pictures.pixels import Shown
from shiftscope.datasets.pictures.preprocess import Preprocess
from shiftscope.datasets.pictures.transform import ToInput
from shiftscope.datasets.row_data import RowData
from shiftscope.datasets.sample import in_words, reading
from shiftscope.errors import DataError


class PictureList(RowData):
    """PIL images, or bytes uint8 (row, column) or (row, column, 3), with a row of what is known about each.

    Without `preprocess` they become values in 0..1, with one channel where the first is gray.

    Raises
    ------
    DataError
        Something else among the pictures.
    """

    def __init__(
        self,
        pictures: Sequence[Any],
        ids: Sequence[str],
        labels: npt.NDArray[np.int64],
        categories: tuple[str, ...] | None,
        metadata: Mapping[str, list[Plain]],
        preprocess: ToInput | None = None,
        told: Sequence[str] = (),
    ) -> None:
        self.pictures = [_picture(value, position) for position, value in enumerate(pictures)]
        self.ids, self.labels, self.categories = ids, labels, categories
        self.metadata, self.told = metadata, told
        gray = self.pictures[0].mode in ("1", "L") or self.pictures[0].mode.startswith("I")
        self.preprocess = preprocess or Preprocess.plain(gray=gray)

    def fingerprint(self) -> str:
        """SHA-256 over every picture, labels, ids, metadata and preprocessing."""
        digests = []
        for position, picture in enumerate(self.pictures):
            with reading(f"picture {position}"):
                digests.append(fingerprint(picture.mode, list(picture.size), picture.tobytes()))
        known = (self.labels, list(self.ids), self.metadata, self.preprocess.describe())
        return fingerprint("picture list", digests, *known)

    def describe(self) -> dict[str, Any]:
        return {
            "kind": "pictures",
            "preprocess": self.preprocess.describe(),
            **in_words(self.told),
        }

    def _shown(self, position: int) -> Shown:
        with reading(f"picture {position}"):
            return self.preprocess.show(self.pictures[position])


def _picture(value: Any, position: int) -> Image.Image:
    if isinstance(value, Image.Image):
        return value
    if isinstance(value, np.ndarray) and value.dtype == np.uint8 and value.ndim in (2, 3):
        flat = value[:, :, 0] if value.ndim == 3 and value.shape[2] == 1 else value
        if flat.ndim == 2 or flat.shape[2] == 3:
            return Image.fromarray(np.ascontiguousarray(flat))
    what = f"{value.dtype} of shape {tuple(value.shape)}" if hasattr(value, "shape") else type(value).__name__
    raise DataError(
        f"picture {position} is {what}. A column of pictures takes images (PIL) or bytes, uint8 (row, column) or "
        "(row, column, 3); paths of files stand in a column 'path'."
    )
