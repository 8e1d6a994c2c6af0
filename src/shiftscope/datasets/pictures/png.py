"""Small pictures of one shape as PNG files, without a picture object for each."""

from __future__ import annotations

import struct
import zlib

import numpy as np
import numpy.typing as npt

SIGNATURE = b"\x89PNG\r\n\x1a\n"
GREY, COLOURS = 0, 2
SUB = 1  # rows are written as differences from the pixel to the left


def encode_png(pictures: npt.NDArray[np.uint8]) -> list[bytes]:
    """A file for each of (picture, row, column, channel) pictures, of 1 or 3 channels.

    Compressed in the fastest way: files are about a tenth larger than Pillow's, which take three times as long.

    References
    ----------
    W3C, Portable Network Graphics (PNG) Specification (Third Edition).
    """
    many, rows, columns, channels = pictures.shape
    filtered = np.empty((many, rows, 1 + columns * channels), np.uint8)
    filtered[..., 0] = SUB
    pixels = filtered[..., 1:].reshape(many, rows, columns, channels)
    for channel in range(channels):  # NumPy is slow along an axis of three
        values, into = pictures[..., channel], pixels[..., channel]
        into[:, :, 0] = values[:, :, 0]
        np.subtract(values[:, :, 1:], values[:, :, :-1], out=into[:, :, 1:])
    kind = GREY if channels == 1 else COLOURS
    described = struct.pack(">IIBBBBB", columns, rows, 8, kind, 0, 0, 0)
    start, end = SIGNATURE + _chunk(b"IHDR", described), _chunk(b"IEND", b"")
    files = []
    for picture in filtered:
        files.append(start + _chunk(b"IDAT", zlib.compress(picture.data, level=1)) + end)
    return files


def _chunk(kind: bytes, content: bytes) -> bytes:
    check = zlib.crc32(content, zlib.crc32(kind))
    return b"".join((struct.pack(">I", len(content)), kind, content, struct.pack(">I", check)))
