"""A file of this machine that ends."""

from __future__ import annotations

import os
import re
from pathlib import Path

from shiftscope.errors import DataError

_ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:/")  # one letter is a drive


def local_file(path: str | Path, expected: str = "") -> Path:
    """The path of a file that is there, looked at before anything opens it.

    Parameters
    ----------
    expected
        What it should be, for the message where there is none.

    Raises
    ------
    DataError
        An address, no file, a folder, or a pipe or device, which may never end.
    """
    text = os.fspath(path)
    refuse_address(text)
    file = Path(text)
    if file.is_file():
        return file
    hint = f"; expected {expected}" if expected else ""
    if file.is_dir():
        raise DataError(f"{text!r} is a folder, not a file{hint}.")
    if file.exists():
        raise DataError(
            f"{text!r} is a pipe or a device, which may never end. Write what it gives into a file."
        )
    raise DataError(f"no file {text!r}{hint}.")


def refuse_address(text: str) -> None:
    """Raise `DataError` for what is on the network, as http://host/file and a share of Windows are."""
    if text.startswith(("//", "\\\\")) or (_ADDRESS.match(text) and not os.path.exists(text)):
        raise DataError(f"{text!r} is not on this machine. Copy it to a local folder.")
