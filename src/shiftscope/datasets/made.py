"""How a picture was made of another: what a manifest tells of one sample."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from shiftscope.datasets.metadata import Plain


@dataclass(frozen=True)
class Made:
    """Digests of a sample's picture before and after it was changed, and what decided the change.

    Parameters
    ----------
    drawn
        What chance decided, by the names that it has in the metadata.
    cue
        The category whose cue was planted; None where none was.
    mask
        Where the cue lies, `packed`; empty where no exact mask is known.
    shape
        Rows and columns of the mask.
    """

    source_sha256: str
    sha256: str
    drawn: Mapping[str, Plain] = field(default_factory=dict)
    cue: int | None = None
    mask: bytes = b""
    shape: tuple[int, int] = (0, 0)


def picture_digest(image: npt.NDArray[Any]) -> str:
    """Hexadecimal SHA-256 over type and shape as text, `|u1 (32, 32, 3) `, and the bytes row by row."""
    digest = hashlib.sha256(f"{image.dtype.str} {image.shape} ".encode())
    digest.update(np.ascontiguousarray(image).data)
    return digest.hexdigest()


def packed(mask: npt.NDArray[np.bool_]) -> bytes:
    """A mask (row, column) as bits, row by row, the first in the highest bit of the first byte."""
    return np.packbits(mask).tobytes()


def unpacked(bits: bytes, shape: tuple[int, int]) -> npt.NDArray[np.bool_]:
    """(row, column) a mask from `packed`."""
    rows, columns = shape
    return np.unpackbits(np.frombuffer(bits, np.uint8), count=rows * columns).reshape(shape).astype(bool)
