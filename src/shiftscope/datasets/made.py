"""What a manifest tells of a picture and of its mask."""

from __future__ import annotations

import hashlib
from typing import Any

import numpy as np
import numpy.typing as npt


def picture_digest(image: npt.NDArray[Any]) -> str:
    """Hexadecimal SHA-256 over type and shape as text, `|u1 (32, 32, 3) `, and the bytes row by row."""
    digest = hashlib.sha256(f"{image.dtype.str} {image.shape} ".encode())
    digest.update(np.ascontiguousarray(image).data)
    return digest.hexdigest()


def packed(mask: npt.NDArray[np.bool_]) -> bytes:
    """A mask (row, column) as bits, as `Made` keeps it."""
    return np.packbits(mask).tobytes()


def unpacked(bits: bytes, shape: tuple[int, int]) -> npt.NDArray[np.bool_]:
    """(row, column) a mask from `packed`."""
    rows, columns = shape
    return np.unpackbits(np.frombuffer(bits, np.uint8), count=rows * columns).reshape(shape).astype(bool)
