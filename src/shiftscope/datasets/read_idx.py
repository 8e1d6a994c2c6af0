"""Arrays in the idx format of the MNIST files."""

from __future__ import annotations

import gzip
import io
import math
import struct
import zlib
from pathlib import Path

import numpy as np
import numpy.typing as npt

from shiftscope.errors import DataError

UINT8 = 0x08  # the format's code for unsigned bytes
AT_ONCE = 2**24  # bytes read in one go, so that a false header cannot ask for all memory


def read_idx(path: str | Path, axes: int) -> npt.NDArray[np.uint8]:
    """The bytes of an idx file, gzipped or not, shaped as its header says.

    Raises
    ------
    DataError
        No such file, another format, another type or number of axes, too few or too many bytes.

    References
    ----------
    LeCun, Cortes & Burges, The MNIST database: two zero bytes, type, number of axes, each axis as a
    big-endian 32-bit number, data in C order.
    """
    expected = f"an idx file of bytes with {axes} axes (magic number 0x{UINT8 << 8 | axes:08x})"
    try:
        with open(path, "rb") as raw:
            zipped = raw.read(2) == b"\x1f\x8b"
            raw.seek(0)
            stream: io.BufferedIOBase = gzip.GzipFile(fileobj=raw) if zipped else raw
            header = stream.read(4 + 4 * axes)
            if len(header) < 4 + 4 * axes or header[:4] != bytes([0, 0, UINT8, axes]):
                raise DataError(
                    f"{str(path)!r} begins with {header[:4].hex() or 'nothing'}; expected {expected}."
                )
            shape = struct.unpack(f">{axes}I", header[4:])
            content = _read_to(stream, math.prod(shape) + 1)
    except FileNotFoundError as error:
        raise DataError(f"no file {str(path)!r}; expected {expected}.") from error
    except (OSError, EOFError, zlib.error) as error:
        raise DataError(f"{str(path)!r} is damaged: {error}; expected {expected}.") from error
    if len(content) != math.prod(shape):
        have = f"{len(content):,}" if len(content) < math.prod(shape) else "more"
        raise DataError(
            f"{str(path)!r} should hold {math.prod(shape):,} bytes for its shape {shape}, and holds {have}. "
            "Fetch it again."
        )
    return np.frombuffer(content, dtype=np.uint8).reshape(shape)


def _read_to(stream: io.BufferedIOBase, limit: int) -> bytes:
    blocks: list[bytes] = []
    while limit > 0 and (block := stream.read(min(limit, AT_ONCE))):
        blocks.append(block)
        limit -= len(block)
    return b"".join(blocks)
