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
        [alike], [values] = self.decode_all(np.frombuffer(block, np.uint8)[None])
        return values if alike else None

    def decode_all(
        self, blocks: npt.NDArray[np.uint8]
    ) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.uint8]]:
        """(image,) which of the (image, byte) blocks have exactly this code; (image, row, column, channel) pixels."""
        outer, channels, rows, values = self._parts(blocks)
        alike = (outer == self._outer).all(axis=1) & (channels == self._channel).all(axis=(1, 2))
        return alike & (rows == self._row).all(axis=(1, 2, 3)), values.transpose(0, 2, 3, 1)

    def _parts(
        self, blocks: npt.NDArray[np.uint8]
    ) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.uint8], npt.NDArray[np.uint8], npt.NDArray[np.uint8]]:
        """Views of (..., byte): the list of channels, (..., channel, byte) their lengths, (..., channel, row, byte)
        the rows', the values.
        """
        rows, _, channels = self.shape
        images = blocks.shape[:-1]
        body = blocks[..., len(self._outer) :].reshape(*images, channels, -1)
        in_rows = body[..., len(self._channel) :].reshape(*images, channels, rows, -1)
        lengths = len(self._row)
        return (
            blocks[..., : len(self._outer)],
            body[..., : len(self._channel)],
            in_rows[..., :lengths],
            in_rows[..., lengths:],
        )
