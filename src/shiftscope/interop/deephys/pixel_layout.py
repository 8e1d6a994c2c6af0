"""How the pixels of one image are coded: channels of rows of bytes, each with its length in front."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from shiftscope.interop.deephys.cbor_writer import ARRAY, BYTES, head

Pixels = npt.NDArray[np.uint8]  # (row, column, channel)


class PixelLayout:
    """The code of images of one shape: the lengths stand at fixed places, so an image is moved as a whole.

    Written item by item, an image of 32 x 32 pixels has a hundred of them.
    """

    def __init__(self, rows: int, columns: int, channels: int) -> None:
        self.shape = rows, columns, channels
        self._outer, self._channel, self._row = (
            np.frombuffer(head(kind, count), np.uint8)
            for kind, count in ((ARRAY, channels), (ARRAY, rows), (BYTES, columns))
        )
        self.size = len(self._outer) + channels * (len(self._channel) + rows * (len(self._row) + columns))

    def encode(self, pixels: Pixels) -> bytes:
        block = np.empty(self.size, np.uint8)
        outer, channels, rows, values = self._parts(block)
        outer[:], channels[:], rows[:], values[:] = (
            self._outer,
            self._channel,
            self._row,
            pixels.transpose(2, 0, 1),
        )
        return block.tobytes()

    def decode(self, block: bytes) -> Pixels | None:
        """The pixels in a block that has exactly this code, else None."""
        if len(block) != self.size:
            return None
        outer, channels, rows, values = self._parts(np.frombuffer(block, np.uint8))
        alike = (
            (outer == self._outer).all() and (channels == self._channel).all() and (rows == self._row).all()
        )
        return values.transpose(1, 2, 0) if alike else None

    def _parts(self, block: Pixels) -> tuple[Pixels, Pixels, Pixels, Pixels]:
        """Views: the list of channels, (channel, byte) their lengths, (channel, row, byte) the rows', the values."""
        rows, _, channels = self.shape
        body = block[len(self._outer) :].reshape(channels, -1)
        in_rows = body[:, len(self._channel) :].reshape(channels, rows, -1)
        lengths = len(self._row)
        return (
            block[: len(self._outer)],
            body[:, : len(self._channel)],
            in_rows[..., :lengths],
            in_rows[..., lengths:],
        )
