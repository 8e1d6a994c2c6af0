"""Images of a `.test` file, one or a run of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from shiftscope.interop.deephys.cbor_reader import Plain
from shiftscope.interop.deephys.pixel_layout import Pixels


@dataclass(frozen=True)
class DeephysImage:
    """One image of a `.test` file."""

    index: int
    offset: int  # byte at which it begins
    label: int  # NO_LABEL where the file says -1
    category: str  # the label in words
    pixels: Pixels
    features: Mapping[str, Plain] | None
    responses: Mapping[str, npt.NDArray[np.floating[Any]]]  # layer -> (unit,) in the file's own type


@dataclass(frozen=True, eq=False)
class ImageBlock:
    """Images that follow one another and have pixels of one shape."""

    first: int  # index of the first
    offsets: Sequence[int]
    labels: Sequence[int]
    categories: Sequence[str]
    pixels: npt.NDArray[np.uint8]  # (image, row, column, channel)
    features: Sequence[Mapping[str, Plain] | None]
    responses: Mapping[str, npt.NDArray[np.floating[Any]]]  # layer -> (image, unit) in the file's own type

    @classmethod
    def of(cls, image: DeephysImage) -> ImageBlock:
        """A single one."""
        return cls(
            image.index,
            [image.offset],
            [image.label],
            [image.category],
            image.pixels[None],
            [image.features],
            {layer: responses[None] for layer, responses in image.responses.items()},
        )

    def __len__(self) -> int:
        return len(self.offsets)

    def images(self) -> Iterator[DeephysImage]:
        for row in range(len(self)):
            yield DeephysImage(
                self.first + row,
                self.offsets[row],
                self.labels[row],
                self.categories[row],
                self.pixels[row],
                self.features[row],
                {layer: responses[row] for layer, responses in self.responses.items()},
            )
