"""Files outside of a study that a person asks for by name: tables, pictures, pages."""

from __future__ import annotations

import os
from pathlib import Path

from shiftscope.errors import BadRequest
from shiftscope.store.disk.atomic import written_aside


def refuse_unwritable(path: Path) -> None:
    """Raise `BadRequest` where no file of this name can be written; asked before anything long is computed."""
    if os.path.isdir(path):
        raise _refused(path, "it is a folder")
    if _is_device(path):
        return
    file = _led_to(path)
    folder = file.parent
    if not os.path.isdir(folder):
        raise _refused(path, f"there is no folder {str(folder)!r}")
    if not os.access(folder, os.W_OK | os.X_OK):
        raise _refused(path, f"nothing may be written into the folder {str(folder)!r}")
    if os.path.lexists(file) and not os.access(file, os.W_OK):  # renaming another one over it would not ask
        raise _refused(path, "what is there may not be written")


def refuse_no_folder(path: Path) -> None:
    """Raise `BadRequest` where no folder of this name can hold files: one above it, or itself, is a file."""
    there = next(each for each in (path, *path.absolute().parents) if os.path.lexists(each))
    if not os.path.isdir(there):
        raise _refused(path, f"{str(there)!r} is a file; give a folder")
    if not os.access(there, os.W_OK | os.X_OK):
        raise _refused(path, f"nothing may be written into the folder {str(there)!r}")


def write_asked_file(path: Path, content: bytes | str) -> None:
    """Write a file that is whole or as it was before; text as UTF-8.

    Raises
    ------
    BadRequest
        There is no such folder, it may not be written, or the disk is full.
    """
    refuse_unwritable(path)
    content = content.encode() if isinstance(content, str) else content
    try:
        if _is_device(path):  # which would be replaced by a file
            path.write_bytes(content)
        else:
            with written_aside(_led_to(path)) as file:
                file.write(content)
    except OSError as error:
        raise _refused(path, error.strerror or str(error)) from error


def _led_to(path: Path) -> Path:
    """The file that is written: where a link leads, which so stays a link; of links in a circle one of them."""
    return Path(os.path.realpath(path)) if os.path.islink(path) else path


def _is_device(path: Path) -> bool:
    """Whether something other than a file or folder is there: a pipe, a terminal, /dev/null."""
    return os.path.exists(path) and not os.path.isfile(path) and not os.path.isdir(path)


def _refused(path: Path, why: str) -> BadRequest:
    return BadRequest(f"cannot write {str(path)!r}: {why}.")
