"""MNIST and the sets that come in its files, arrays in the idx format."""

from __future__ import annotations

import gzip
import io
import math
import os
import struct
import zlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from shiftscope.datasets.formats.array_data import ArrayData
from shiftscope.datasets.formats.unpacking import refuse_bomb
from shiftscope.datasets.pictures.transform import ToInput
from shiftscope.datasets.sample import dataset_kinds
from shiftscope.errors import BadRequest, DataError
from shiftscope.local_file import local_file, refuse_address

PREFIXES = {"train": ("train",), "test": ("t10k", "test")}
UINT8 = 0x08  # the format's code for unsigned bytes
AT_ONCE = 2**24  # bytes read in one go, so that a false header cannot ask for all memory


def idx(
    path: str | Path,
    *,
    split: str = "test",
    label_file: str | Path | None = None,
    categories: Sequence[str] | None = None,
    preprocess: ToInput | None = None,
) -> ArrayData:
    """Pictures and labels from a folder with the files' usual names, or from files.

    Parameters
    ----------
    path
        A folder with `train-images-idx3-ubyte`, `train-labels-idx1-ubyte`, `t10k-...`, each perhaps with
        `.gz` and perhaps with a dot before `idx`; or one file of images.
    split
        "train" or "test", for a folder.
    label_file
        For a file of images; without one the set has no labels.

    Raises
    ------
    DataError
        A file is missing, truncated or another format, or the two do not count the same.
    """
    refuse_address(str(path))
    path = Path(path)
    labels: Path | None
    if path.is_dir():
        if split not in PREFIXES:
            raise BadRequest(f"no split {split!r}. There are: {', '.join(PREFIXES)}.")
        images, labels = _find(path, split, "images-idx3"), _find(path, split, "labels-idx1")
    else:
        images, labels = path, None if label_file is None else Path(label_file)
    pictures = read_idx(images, axes=3)
    answers = None if labels is None else read_idx(labels, axes=1)
    if answers is not None and len(answers) != len(pictures):
        raise DataError(
            f"{len(pictures):,} images in {str(images)!r}, {len(answers):,} labels in {str(labels)!r}."
        )
    return ArrayData(pictures, answers, categories=categories, preprocess=preprocess)


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
        with local_file(path, expected).open("rb") as raw:
            zipped = raw.read(2) == b"\x1f\x8b"
            raw.seek(0)
            stream: io.BufferedIOBase = gzip.GzipFile(fileobj=raw) if zipped else raw
            header = stream.read(4 + 4 * axes)
            if len(header) < 4 + 4 * axes or header[:4] != bytes([0, 0, UINT8, axes]):
                raise DataError(
                    f"{str(path)!r} begins with {header[:4].hex() or 'nothing'}; expected {expected}."
                )
            shape = struct.unpack(f">{axes}I", header[4:])
            if zipped:
                refuse_bomb(str(path), os.path.getsize(path), math.prod(shape))
            content = _read_to(stream, math.prod(shape) + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise DataError(f"{str(path)!r} is damaged: {error}; expected {expected}.") from error
    if len(content) != math.prod(shape):
        have = f"{len(content):,}" if len(content) < math.prod(shape) else "more"
        raise DataError(
            f"{str(path)!r} should hold {math.prod(shape):,} bytes for its shape {shape}, and holds {have}. "
            "Fetch it again."
        )
    try:
        return np.frombuffer(content, dtype=np.uint8).reshape(shape)
    except ValueError as error:  # an axis of 0 beside axes whose product no array can have
        raise DataError(
            f"{str(path)!r} has the shape {shape}, which no array can have. Fetch it again."
        ) from error


def _find(folder: Path, split: str, part: str) -> Path:
    stems = [
        f"{prefix}-{name}-ubyte"
        for prefix in PREFIXES[split]
        for name in (part, part.replace("-idx", ".idx"))
    ]
    names = [stem + ending for stem in stems for ending in ("", ".gz")]
    for name in names:
        if (folder / name).is_file():
            return folder / name
    raise DataError(f"no {split} file in {str(folder)!r}; looked for {', '.join(names)}.")


def _read_to(stream: io.BufferedIOBase, limit: int) -> bytes:
    blocks: list[bytes] = []
    while limit > 0 and (block := stream.read(min(limit, AT_ONCE))):
        blocks.append(block)
        limit -= len(block)
    return b"".join(blocks)


dataset_kinds.register("idx", idx)
