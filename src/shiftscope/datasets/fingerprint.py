"""One digest over everything that makes a dataset what it is."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import numpy as np

ROWS_AT_ONCE = 1024  # of an array that has to be copied before it can be hashed


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


def _update(digest: Any, array: np.ndarray[Any, Any]) -> None:
    if array.flags.c_contiguous:
        digest.update(array.reshape(-1).view(np.uint8))
        return
    for start in range(0, len(array), ROWS_AT_ONCE):
        rows = np.ascontiguousarray(array[start : start + ROWS_AT_ONCE])
        digest.update(rows.reshape(-1).view(np.uint8))
