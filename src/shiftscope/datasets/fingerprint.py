"""One digest over everything that makes a dataset what it is, its files among it."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

ROWS_AT_ONCE = 1024  # of an array that has to be copied before it can be hashed
BUDGET = 2**30  # bytes; a set up to this size is hashed completely
LEAST = 2**14  # bytes of each file that are read however many files there are


def fingerprint(*parts: Any) -> str:
    """Hexadecimal SHA-256 over the parts in order: bytes, arrays, and anything that is plain JSON.

    Each part is preceded by its type and size, so that no other list of parts is the same run of bytes.
    An array counts with its type, shape and bytes, wherever it lies in memory.
    """
    digest = hashlib.sha256()
    for part in parts:
        if isinstance(part, np.ndarray):
            digest.update(f"array {part.dtype.str} {part.shape} ".encode())
            _update(digest, part)
        else:
            coded = part if isinstance(part, bytes) else json.dumps(part, sort_keys=True).encode()
            digest.update(f"{'bytes' if coded is part else 'json'} {len(coded)} ".encode())
            digest.update(coded)
    return digest.hexdigest()


def file_digests(files: Sequence[Path], budget: int = BUDGET, least: int = LEAST) -> bytes:
    """SHA-256 over size and content of each file, in order.

    A set of at most `budget` bytes counts byte for byte. In a larger one each file has a share of
    `budget / number of files`, at least `least`: a file within its share counts byte for byte, a longer
    one with its size, the first half share and the last half share. There, a change that keeps a long
    file's size and both its ends is not seen.

    A file that is not there counts as missing, as a pipe does: reading its sample is what fails, and can be skipped.

    Raises
    ------
    OSError
        A file that is there and cannot be read.
    """
    sizes = [os.stat(file).st_size if file.is_file() else -1 for file in files]
    share = sum(sizes) if sum(sizes) <= budget else max(least, budget // len(files))
    digest = hashlib.sha256()
    for file, size in zip(files, sizes, strict=True):
        digest.update(f"file {size} ".encode())
        if size < 0:
            continue
        with open(file, "rb") as stream:
            if size <= share:
                digest.update(stream.read())
            else:
                digest.update(stream.read(share // 2))
                stream.seek(-(share // 2), os.SEEK_END)
                digest.update(stream.read())
    return digest.digest()


def _update(digest: Any, array: np.ndarray[Any, Any]) -> None:
    if array.flags.c_contiguous:
        digest.update(array.reshape(-1).view(np.uint8))
        return
    for start in range(0, len(array), ROWS_AT_ONCE):
        rows = np.ascontiguousarray(array[start : start + ROWS_AT_ONCE])
        digest.update(rows.reshape(-1).view(np.uint8))
