"""Samples that are in memory already."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from shiftscope.datasets.fingerprint import fingerprint
from shiftscope.datasets.formats.array_layout import Layout, array_layout
from shiftscope.datasets.labels import category_names, label_indices
from shiftscope.datasets.metadata import metadata_columns, sample_ids
from shiftscope.datasets.pictures.drawn_labels import draw
from shiftscope.datasets.pictures.pixels import Shown
from shiftscope.datasets.pictures.preprocess import Preprocess, described
from shiftscope.datasets.pictures.transform import ToInput, Transform
from shiftscope.datasets.row_data import RowData
from shiftscope.datasets.sample import in_words
from shiftscope.errors import DataError

IN_UNIT_RANGE = "as they are"  # pictures of arrays whose values all lie in 0..1


class ArrayData(RowData):
    """NumPy or torch arrays whose first axis counts samples.

    Parameters
    ----------
    images
        - uint8 (sample, row, column), (sample, row, column, 1 or 3) or (sample, 1 or 3, row, column):
          pictures, gray or RGB, which go through `preprocess`; without one they become values in 0..1.
        - floating point (sample, channel, row, column): the model's input, as float32. If all values lie in
          0..1 `preprocess` may still shift and scale them (it cannot resize) and pictures are drawn as they
          are; otherwise each picture is drawn from its own smallest value to its largest.
        - anything else, (sample, feature) for one: handed to the model as it is, floating point as float32,
          whole numbers as int64; no picture.
    labels
        One a sample: index, category name, -1 or None.
    ids
        One a sample, all different; positions counted from 0 if left out.
    metadata
        Columns by name, or a data frame.
    layout
        Which axis is which, needed only where the shape leaves it open.

    Raises
    ------
    DataError
        Arrays that do not fit each other, or pictures that do not fit the preprocessing.
    """

    def __init__(
        self,
        images: npt.NDArray[Any] | torch.Tensor,
        labels: Any = None,
        ids: Sequence[str] | None = None,
        metadata: Mapping[str, Any] | None = None,
        categories: Sequence[str] | None = None,
        preprocess: ToInput | None = None,
        *,
        layout: Layout | None = None,
    ) -> None:
        array = as_numpy(images)
        self.layout = array_layout(array, layout)
        if len(array) == 0:
            raise DataError(f"an array of shape {array.shape} holds no samples.")
        if array.size == 0:
            raise DataError(f"an array of shape {array.shape} holds samples of no size; an axis is 0 long.")
        self.images = array
        self.ids = sample_ids(ids, len(array))
        self.categories = category_names(categories)
        self.labels = label_indices(labels, self.categories, self.ids)
        self.metadata = metadata_columns(metadata, len(array))
        self._stretch = False
        if self.layout == "features":
            if preprocess is not None:
                raise DataError(f"an array of shape {array.shape} holds no images; leave preprocess out.")
            if array.dtype.kind not in "fiub":
                raise DataError(f"an array of type {array.dtype}; a model takes numbers.")
        elif array.dtype == np.uint8:
            preprocess = preprocess or Preprocess.plain(gray=self._channels == 1)
        else:
            self._stretch = not _in_unit_range(array)
            self._check_floats(preprocess)
        self.preprocess = preprocess
        self.opened_from = ""  # the text that it was opened by, "npz:FILE"

    def fingerprint(self) -> str:
        """SHA-256 over every byte, type, shape and layout, labels, ids, metadata and preprocessing."""
        known = (self.labels, self.ids, self.metadata, described(self.preprocess))
        return fingerprint("arrays", self.images, self.layout, *known)

    def describe(self) -> dict[str, Any]:
        if self.layout == "features":
            pictures = "none"
        elif self._stretch:
            pictures = "each drawn from its smallest value to its largest"
        else:
            pictures = IN_UNIT_RANGE
        return {
            "kind": "arrays",
            "shape": list(self.images.shape),
            "type": str(self.images.dtype),
            "layout": self.layout,
            "pictures": pictures,
            "preprocess": described(self.preprocess),
            **({"text": self.opened_from} if self.opened_from else {}),
            **in_words(self.told),
        }

    def _shown(self, position: int) -> Shown:
        one = self.images[position]
        if self.layout == "features":
            return Shown(torch.from_numpy(one.astype(np.float32 if one.dtype.kind == "f" else np.int64)))
        if self.layout == "nhw":
            one = one[np.newaxis]
        elif self.layout == "nhwc":
            one = one.transpose(2, 0, 1)
        if one.dtype == np.uint8:
            assert self.preprocess is not None  # set on construction for bytes
            return self.preprocess.show(one[0] if len(one) == 1 else one.transpose(1, 2, 0))
        values = one.astype(np.float32, order="C")
        picture = draw(values, stretch=self._stretch)
        if isinstance(self.preprocess, Preprocess):
            return self.preprocess.show_floats(values, picture)
        return Shown(torch.from_numpy(values), picture)

    @property
    def _channels(self) -> int:
        return 1 if self.layout == "nhw" else int(self.images.shape[-1 if self.layout == "nhwc" else 1])

    def _check_floats(self, preprocess: ToInput | None) -> None:
        if preprocess is None:
            return
        if isinstance(preprocess, Transform):
            raise DataError(
                "a transform takes pictures, bytes uint8; these images are floating point. Leave it out."
            )
        if not preprocess.keeps_size:
            raise DataError(
                "floating-point images cannot be resized or cropped here. Give bytes, uint8 from 0 to 255."
            )
        if self._stretch:
            raise DataError(
                f"floating-point images from {self.images.min():.4g} to {self.images.max():.4g}; "
                "preprocessing starts from 0..1. Leave preprocess out if they are normalised already, "
                "or divide them first."
            )
        if self._channels not in (1, preprocess.channel_count):
            raise DataError(
                f"floating-point images with {self._channels} channels; the preprocessing makes "
                f"{preprocess.channel_count} ({preprocess.channels})."
            )


def as_numpy(array: npt.NDArray[Any] | torch.Tensor) -> npt.NDArray[Any]:
    """The same memory where it can be; bfloat16, which NumPy does not have, as float32."""
    if isinstance(array, np.ndarray):
        return array
    tensor = array.detach().cpu()
    values: npt.NDArray[Any] = (tensor.float() if tensor.dtype == torch.bfloat16 else tensor).numpy()
    return values


def _in_unit_range(values: npt.NDArray[Any]) -> bool:
    """Whether all values but NaN lie in 0..1."""
    return not (np.fmin.reduce(values, axis=None) < 0 or np.fmax.reduce(values, axis=None) > 1)
