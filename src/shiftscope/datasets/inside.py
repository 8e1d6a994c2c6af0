"""A path from somebody else's list or folder stays where it was meant to stay."""

from __future__ import annotations

import os
from pathlib import Path

from shiftscope.errors import DataError


def inside(root: Path, file: str) -> Path:
    """Where `file`, relative to `root` or absolute, is once all links are followed.

    Raises
    ------
    DataError
        That place is not below `root`.
    """
    real_root = os.path.realpath(root)
    real = os.path.realpath(os.path.join(real_root, file))
    if os.path.commonpath([real_root, real]) != real_root:
        raise DataError(
            f"{file!r} leads out of the folder {str(root)!r}, to {real!r}. Copy the file into the folder, "
            "or list it in a CSV file and name a folder that holds all of them with root=."
        )
    return Path(real)
