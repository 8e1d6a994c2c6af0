"""A `.test` file: images with their labels, features and responses, read one after another."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from shiftscope.arrays import NO_LABEL
from shiftscope.interop.deephys.cbor_reader import CborReader, Plain
from shiftscope.interop.deephys.image_block import DeephysImage, ImageBlock
from shiftscope.interop.deephys.image_layout import ImageLayout
from shiftscope.interop.deephys.model_file import ModelFile, keys, opened, sha256
from shiftscope.interop.deephys.pixel_layout import PixelLayout, Pixels

KEYS = ("name", "suffix", "dtype", "classes", "images")
IMAGE_KEYS = ("imageID", "categoryID", "category", "data", "features", "activations")
NEEDED = ("imageID", "categoryID", "category", "data", "activations")  # features came with 0.6
TYPES = {"float32": ">f4", "float64": ">f8"}
LARGEST_SIDE = 2**16  # pixels
SMALLEST_IMAGE = 60  # bytes; the keys alone take more


@dataclass(frozen=True)
class DatasetFile:
    """What a `.test` file says before its images."""

    path: Path
    model: ModelFile
    name: str
    dtype: str
    classes: tuple[str, ...]  # empty in files before 0.10
    count: int  # of images
    offset: int  # byte at which the first begins
    sha256: str

    def images(self) -> Iterator[DeephysImage]:
        """The images in their order, a block of them in memory at a time.

        Raises
        ------
        FileDamaged
            The file is not what Deephys writes; the message gives the byte.
        """
        for block in self.blocks():
            yield from block.images()

    def blocks(self, every: int = 2**12) -> Iterator[ImageBlock]:
        """The same in blocks, of which none crosses a multiple of `every`."""
        with opened(self.path, self.offset) as reader:
            layout: ImageLayout | None = None
            index, ahead = 0, 1
            while index < self.count:
                most = min(ahead, every - index % every, self.count - index)
                block = layout.read(reader, index, most) if layout else None
                if block and len(block) == ahead:
                    ahead = min(2 * ahead, every)
                if block is None:
                    ahead = 1  # so what is read ahead in vain is little more than what was read before
                    image = self._image(reader, index, layout.pixels if layout else None)
                    block = ImageBlock.of(image)
                    if layout is None or layout.shape != image.pixels.shape:
                        layout = self._layout(image)
                yield block
                index += len(block)
            reader.end()

    def _layout(self, image: DeephysImage) -> ImageLayout:
        rows, columns, channels = image.pixels.shape
        number = np.dtype(TYPES[self.dtype])
        return ImageLayout(
            (rows, columns, channels), self.model.layers, number, self.classes, self.model.categories
        )

    def _image(self, reader: CborReader, index: int, layout: PixelLayout | None) -> DeephysImage:
        what, offset = f"image {index}", reader.offset
        label, category = NO_LABEL, ""
        pixels: Pixels = np.empty((0, 0, 3), np.uint8)
        features: Mapping[str, Plain] | None = None
        responses: Mapping[str, npt.NDArray[np.floating[Any]]] = {}
        for key in keys(reader, IMAGE_KEYS, what, needed=NEEDED):
            if key == "imageID":
                _same(reader, index, f"the imageID {index}, since they count from 0")
            elif key == "categoryID":
                label = self._label(reader, what)
            elif key == "category":
                category = reader.text(f"the category of {what}")
            elif key == "data":
                pixels = _pixels(reader, what, layout)
            elif key == "features":
                features = _features(reader, what)
            else:
                responses = self._responses(reader, what)
        if self.classes and label != NO_LABEL and category != self.classes[label]:
            raise reader.broken(
                offset,
                f"{what} with categoryID {label} and category {category[:40]!r}",
                repr(self.classes[label]),
            )
        return DeephysImage(index, offset, label, category, pixels, features, responses)

    def _label(self, reader: CborReader, what: str) -> int:
        at, known = reader.offset, len(self.classes) or self.model.categories
        label = reader.number(f"the categoryID of {what}")
        if not NO_LABEL <= label < known:
            raise reader.broken(at, f"the categoryID {label}", f"one from 0 to {known - 1}, or -1 for none")
        return label

    def _responses(self, reader: CborReader, what: str) -> dict[str, npt.NDArray[np.floating[Any]]]:
        responses = {}
        expected = f"the activations of {what}"
        for _ in keys(reader, ("activations",), expected, needed=("activations",)):
            at = reader.offset
            layers, units = reader.array(expected), self.model.layers
            if layers != len(units):
                raise reader.broken(at, f"a list of {layers}", f"{expected}, {len(units)} layers")
            number = np.dtype(TYPES[self.dtype])
            for layer in units:
                at = reader.offset
                coded = reader.byte_string(f"{expected} in layer {layer!r}")
                if len(coded) != (length := units[layer] * number.itemsize):
                    due = f"{length}, {units[layer]} {self.dtype} responses of layer {layer!r}"
                    raise reader.broken(at, f"{len(coded)} raw bytes", due)
                responses[layer] = np.frombuffer(coded, number)
        return responses


def read_dataset_file(path: Path, model: ModelFile) -> DatasetFile:
    """What a `.test` file of any version of Deephys says before its images.

    Raises
    ------
    DataError
        There is no such file, it holds no images, or (`FileDamaged`) it is not what Deephys writes.
    """
    words: dict[str, str] = {}
    dtype, classes = "float32", tuple[str, ...]()
    with opened(path) as reader:
        for key in keys(reader, KEYS, "a Deephys dataset", needed=("name", "images"), last="images"):
            if key == "dtype":
                dtype = _dtype(reader)
            elif key == "classes":
                classes = _classes(reader, model)
            elif key == "images":
                count = _count(reader, model, np.dtype(TYPES[dtype]).itemsize)
                offset = reader.offset
            else:
                words[key] = "" if reader.null() else reader.text(f"text under {key!r}, or null")
    name = "_".join(words[part] for part in ("name", "suffix") if words.get(part))
    return DatasetFile(path, model, name, dtype, classes, count, offset, sha256(path))


def _dtype(reader: CborReader) -> str:
    at = reader.offset
    if reader.null():
        return "float32"
    dtype = reader.text("the dtype")
    if dtype not in TYPES:
        raise reader.broken(at, f"the dtype {dtype[:40]!r}", " or ".join(TYPES))
    return dtype


def _classes(reader: CborReader, model: ModelFile) -> tuple[str, ...]:
    at = reader.offset
    count = reader.array("the list of classes")
    if count > model.categories:
        layer = f"the {model.categories} neurons of {model.classification_layer!r}"
        raise reader.broken(at, f"{count} classes", f"no more than {layer} in {model.path}")
    return tuple(reader.text(f"the name of class {index}") for index in range(count))


def _count(reader: CborReader, model: ModelFile, itemsize: int) -> int:
    at = reader.offset
    count = reader.array("the list of images")
    least = SMALLEST_IMAGE + itemsize * sum(model.layers.values())
    if count == 0 or count * least > reader.left:
        expected = f"at least one image, each of at least {least} bytes"
        raise reader.broken(at, f"{count} images with {reader.left} bytes left in the file", expected)
    return count


def _same(reader: CborReader, number: int, expected: str) -> None:
    at = reader.offset
    if (found := reader.number(expected)) != number:
        raise reader.broken(at, f"the number {found}", expected)


def _pixels(reader: CborReader, what: str, layout: PixelLayout | None) -> Pixels:
    """(row, column, channel) values; images of the last one's shape are read as a whole."""
    if layout is not None and (pixels := layout.decode(reader.peek(layout.size))) is not None:
        reader.skip(layout.size)
        return pixels
    at = reader.offset
    channels = reader.array(f"the channels of {what}")
    if channels not in (1, 3):
        raise reader.broken(at, f"{channels} channels", f"3 in {what}, or 1")
    planes = [_plane(reader, f"channel {channel} of {what}") for channel in range(channels)]
    if len({plane.shape for plane in planes}) > 1:
        found = ", ".join(" x ".join(map(str, plane.shape)) for plane in planes)
        raise reader.broken(at, f"channels of {found} pixels", f"one size for all of {what}")
    return np.stack(planes, axis=2)


def _plane(reader: CborReader, what: str) -> npt.NDArray[np.uint8]:
    """(row, column)"""
    at = reader.offset
    count = reader.array(f"the rows of {what}")
    if not 0 < count <= LARGEST_SIDE:
        raise reader.broken(at, f"{count} rows", f"1 to {LARGEST_SIDE} in {what}")
    rows: list[bytes] = []
    for row in range(count):
        at = reader.offset
        content = reader.byte_string(f"row {row} of {what}")
        if rows and len(content) != len(rows[0]):
            raise reader.broken(at, f"{len(content)} raw bytes", f"{len(rows[0])} in row {row} of {what}")
        if not 0 < len(content) <= LARGEST_SIDE:
            raise reader.broken(at, f"{len(content)} raw bytes", f"1 to {LARGEST_SIDE} in a row of {what}")
        rows.append(content)
    return np.frombuffer(b"".join(rows), np.uint8).reshape(count, -1)


def _features(reader: CborReader, what: str) -> Mapping[str, Plain] | None:
    at, expected = reader.offset, f"the features of {what}, a map or null"
    features = reader.value(expected)
    if not isinstance(features, dict | None):
        raise reader.broken(at, repr(features)[:40], expected)
    return features
