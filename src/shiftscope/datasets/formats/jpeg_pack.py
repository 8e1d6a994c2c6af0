"""Many small JPEG files in one `.npz`, which a set of photographs fits in without a folder of thousands."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from shiftscope.datasets.fingerprint import fingerprint
from shiftscope.datasets.formats.npz import npz_arrays, stored_rows
from shiftscope.datasets.metadata import metadata_columns
from shiftscope.datasets.pictures.pixels import Shown
from shiftscope.datasets.pictures.preprocess import Preprocess
from shiftscope.datasets.pictures.read_picture import read_picture
from shiftscope.datasets.pictures.transform import ToInput
from shiftscope.datasets.row_data import RowData
from shiftscope.datasets.sample import dataset_kinds, in_words, reading
from shiftscope.errors import DataError


class JpegPack(RowData):
    """Picture i is the file `header + scan[offset[i]:offset[i + 1]]`; without `header`, what scan says alone.

    Arrays: `scan` (byte,) uint8, `offset` (sample + 1,) whole numbers that do not fall, perhaps `header`
    (byte,) uint8, perhaps labels, ids and `categories` as in `npz`; all else with one value a sample is
    metadata. Files are decoded on reading; decoders differ by a level or two between versions.

    Raises
    ------
    DataError
        Not such a file, or offsets that lead out of it.
    """

    def __init__(
        self,
        path: str | Path,
        *,
        label: str | None = None,
        ids: str | None = None,
        categories: Sequence[str] | None = None,
        preprocess: ToInput | None = None,
    ) -> None:
        arrays = npz_arrays(path)
        if not {"scan", "offset"} <= set(arrays):
            raise DataError(
                f"{str(path)!r} is not a JPEG pack: it needs scan and offset, and has {', '.join(arrays)}."
            )
        self.path = str(path)
        self.preprocess = preprocess or Preprocess()
        self._scan = arrays["scan"]
        self._offset = arrays["offset"]
        self._header = arrays.get("header", np.zeros(0, dtype=np.uint8))
        self._check()
        count = len(self._offset) - 1
        self.labels, self.ids, columns, self.categories, self.told = stored_rows(
            arrays,
            path,
            count,
            label=label,
            ids=ids,
            categories=categories,
            leave_out=["scan", "offset", "header"],
        )
        self.metadata = metadata_columns(columns, count)

    def fingerprint(self) -> str:
        """SHA-256 over every byte of the coded pictures, labels, ids, metadata and preprocessing."""
        coded = (self._header, self._scan, self._offset)
        return fingerprint(
            "jpegpack", *coded, self.labels, self.ids, self.metadata, self.preprocess.describe()
        )

    def describe(self) -> dict[str, Any]:
        return {
            "kind": "jpegpack",
            "path": self.path,
            "preprocess": self.preprocess.describe(),
            **in_words(self.told),
        }

    def _shown(self, position: int) -> Shown:
        start, end = int(self._offset[position]), int(self._offset[position + 1])
        with reading(f"sample {self.ids[position]!r} of {self.path!r}"):
            return self.preprocess.show(
                read_picture(self._header.tobytes() + self._scan[start:end].tobytes())
            )

    def _check(self) -> None:
        flat = all(array.ndim == 1 and array.dtype == np.uint8 for array in (self._scan, self._header))
        if not flat or self._offset.ndim != 1 or self._offset.dtype.kind not in "iu":
            raise DataError(
                f"{self.path!r} is not a JPEG pack: scan and header are one row of bytes, "
                "offset one of whole numbers."
            )
        if len(self._offset) < 2:
            raise DataError(f"the JPEG pack {self.path!r} holds no images.")
        offset = self._offset = self._offset.astype(np.int64)
        if offset[0] < 0 or offset[-1] > len(self._scan) or (np.diff(offset) < 0).any():
            raise DataError(
                f"the JPEG pack {self.path!r} is damaged: offsets run from {offset[0]} to {offset[-1]}, "
                f"over {len(self._scan)} bytes, and must not fall."
            )


dataset_kinds.register("jpegpack", JpegPack)
