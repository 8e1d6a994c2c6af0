"""What a set of files holds, hashed fast enough for a large set."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from pathlib import Path

BUDGET = 2**30  # bytes; a set up to this size is hashed completely
LEAST = 2**14  # bytes of each file that are read however many files there are


def file_digests(files: Sequence[Path], budget: int = BUDGET, least: int = LEAST) -> bytes:
    """SHA-256 over size and content of each file, in order.

    A set of at most `budget` bytes counts byte for byte. In a larger one each file has a share of
    `budget / number of files`, at least `least`: a file within its share counts byte for byte, a longer
    one with its size, the first half share and the last half share. There, a change that keeps a long
    file's size and both its ends is not seen.

    Raises
    ------
    OSError
        A file that cannot be read.
    """
    sizes = [os.stat(file).st_size for file in files]
    share = sum(sizes) if sum(sizes) <= budget else max(least, budget // len(files))
    digest = hashlib.sha256()
    for file, size in zip(files, sizes, strict=True):
        digest.update(f"file {size} ".encode())
        with open(file, "rb") as stream:
            if size <= share:
                digest.update(stream.read())
            else:
                digest.update(stream.read(share // 2))
                stream.seek(-(share // 2), os.SEEK_END)
                digest.update(stream.read())
    return digest.digest()
