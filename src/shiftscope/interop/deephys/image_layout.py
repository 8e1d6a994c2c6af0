"""How images of one shape are coded by Deephys' own packages, to read a run of them at once.

Keys have one order, and pixels and responses lie at fixed places behind them. What is coded in another way, or not to
be accepted, is left to be read item by item, which says what is wrong and where.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from shiftscope.arrays import NO_LABEL
from shiftscope.errors import FileDamaged
from shiftscope.interop.deephys.cbor_reader import LONGEST_TEXT, CborReader, Plain
from shiftscope.interop.deephys.cbor_writer import ARRAY, BYTES, MAP, NULL, NUMBER, head, text
from shiftscope.interop.deephys.image_block import ImageBlock
from shiftscope.interop.deephys.pixel_layout import PixelLayout

AT_ONCE = 2**20  # bytes read together
STARTS = tuple(head(MAP, keys) + text("imageID") for keys in (5, 6))  # features came with 0.6
LABEL, CATEGORY, DATA, FEATURES = (text(key) for key in ("categoryID", "category", "data", "features"))
ACTIVATIONS = text("activations") + head(MAP, 1) + text("activations")
WIDTHS = {24: 1, 25: 2, 26: 4}  # bytes of a number by what stands in front of it
NEGATIVE_ONE, SHORT_TEXT, LONGER_TEXT = 0x20, 0x60, 0x78


class ImageLayout:
    """Images of one shape in a file with these layers.

    Parameters
    ----------
    shape
        Rows, columns, channels.
    layers
        Units of each, in the file's order.
    number
        Type of a response.
    classes
        Names of the categories where the file gives them.
    categories
        How many there are.
    """

    def __init__(
        self,
        shape: tuple[int, int, int],
        layers: Mapping[str, int],
        number: np.dtype[np.floating],
        classes: Sequence[str],
        categories: int,
    ) -> None:
        self.shape = shape
        self._number, self._classes = number, classes
        self._known = len(classes) or categories
        self.pixels = PixelLayout(*shape)
        fixed = ACTIVATIONS + head(ARRAY, len(layers))
        places = list(range(len(fixed)))
        self._layers: dict[str, slice] = {}
        at = len(fixed)
        for layer, units in layers.items():
            length = head(BYTES, units * number.itemsize)
            fixed += length
            places += range(at, at + len(length))
            at += len(length)
            self._layers[layer] = slice(at, at := at + units * number.itemsize)
        self._size = at  # of the responses
        self._fixed, self._places = np.frombuffer(fixed, np.uint8), np.array(places)

    def read(self, reader: CborReader, first: int, most: int) -> ImageBlock | None:
        """The next images, at most so many and those of `AT_ONCE` bytes; None where already the first is another."""
        least = self.pixels.size + self._size
        if least > AT_ONCE:
            return None
        base, seen = reader.offset, reader.peek(min(AT_ONCE, (most + 1) * (least + 2**10)))
        found, at = _Found(), 0
        while len(found.ends) < most and found.spoken <= LONGEST_TEXT:
            try:
                at = self._image(reader, seen, base, at, first + len(found.ends), found)
            except (_Other, IndexError, UnicodeDecodeError, FileDamaged):
                break
        if count := len(found.ends):
            alike, pixels = self.pixels.decode_all(_stacked(seen, found.pixels, self.pixels.size))
            responses = _stacked(seen, found.responses, self._size)
            alike &= (responses[:, self._places] == self._fixed).all(axis=1)
            count = count if alike.all() else int(np.argmin(alike))
        reader.go_to(base + found.ends[count - 1] if count else base)
        if not count:
            return None
        return ImageBlock(
            first,
            [base + start for start in [0, *found.ends[: count - 1]]],
            found.labels[:count],
            found.categories[:count],
            pixels[:count],
            found.features[:count],
            {layer: responses[:count, place].view(self._number) for layer, place in self._layers.items()},
        )

    def _image(self, reader: CborReader, seen: bytes, base: int, at: int, index: int, found: _Found) -> int:
        """Enter the image that begins at byte `at` of what was seen; where it ends."""
        start = STARTS[1] if seen.startswith(STARTS[1], at) else STARTS[0]
        at = _past(seen, at, start + head(NUMBER, index) + LABEL)
        label, at = _label(seen, at)
        category, at = _text(seen, _past(seen, at, CATEGORY))
        if not NO_LABEL <= label < self._known:
            raise _Other
        if self._classes and label != NO_LABEL and category != self._classes[label]:
            raise _Other
        pixels = _past(seen, at, DATA)
        at = pixels + self.pixels.size
        features: Mapping[str, Plain] | None = None
        if start == STARTS[1]:
            at = _past(seen, at, FEATURES)
            if seen.startswith(NULL, at):
                at += 1
            else:
                reader.go_to(base + at)
                value = reader.value("features")
                if not isinstance(value, dict):
                    raise _Other
                found.spoken += reader.offset - base - at
                features, at = value, reader.offset - base
        responses, at = at, at + self._size
        if at > len(seen):
            raise _Other
        found.labels.append(label)
        found.categories.append(category)
        found.pixels.append(pixels)
        found.features.append(features)
        found.responses.append(responses)
        found.ends.append(at)
        return at


class _Other(Exception):
    """Coded in another way, or not wholly among the bytes read."""


@dataclass
class _Found:
    """Of each image so far."""

    labels: list[int] = field(default_factory=list)
    categories: list[str] = field(default_factory=list)
    features: list[Mapping[str, Plain] | None] = field(default_factory=list)
    pixels: list[int] = field(default_factory=list)  # byte at which they begin
    responses: list[int] = field(default_factory=list)
    ends: list[int] = field(default_factory=list)
    spoken: int = 0  # bytes of all features


def _past(seen: bytes, at: int, due: bytes) -> int:
    if not seen.startswith(due, at):
        raise _Other
    return at + len(due)


def _label(seen: bytes, at: int) -> tuple[int, int]:
    first = seen[at]
    if first < 24:
        return first, at + 1
    if first == NEGATIVE_ONE:
        return NO_LABEL, at + 1
    if first not in WIDTHS:
        raise _Other
    end = at + 1 + WIDTHS[first]
    return int.from_bytes(seen[at + 1 : end], "big"), end


def _text(seen: bytes, at: int) -> tuple[str, int]:
    first = seen[at]
    if SHORT_TEXT <= first < SHORT_TEXT + 24:
        start, end = at + 1, at + 1 + first - SHORT_TEXT
    elif first == LONGER_TEXT:
        start, end = at + 2, at + 2 + seen[at + 1]
    else:
        raise _Other
    return seen[start:end].decode(), end


def _stacked(seen: bytes, starts: Sequence[int], size: int) -> npt.NDArray[np.uint8]:
    """(image, byte) pieces of one size."""
    joined = b"".join([seen[start : start + size] for start in starts])
    return np.frombuffer(joined, np.uint8).reshape(len(starts), size)
