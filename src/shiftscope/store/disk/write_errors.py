"""What a disk refuses to a recording, said so that one knows what to do."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from shiftscope.errors import ShiftscopeError, StudyNotWritable
from shiftscope.store.disk.object_path import on_store

AGAIN = "and give the same command again: it goes on where it stopped."
NO_ROOM = {errno.ENOSPC: "the disk is full", getattr(errno, "EDQUOT", errno.ENOSPC): "the quota is used up"}
NO_WRITING = {
    errno.EROFS: "it is on a disk that may only be read",
    errno.EACCES: "its files may not be written by this user",
    errno.EPERM: "its files may not be written by this user",
}


@contextmanager
def write_errors(study: Path) -> Iterator[None]:
    """Have what the disk refuses to a study raised as `StudyNotWritable`; what it refuses elsewhere stays as it is."""
    try:
        yield
    except OSError as error:
        # Of a write alone the system does not say to which file; then only a full disk can be meant.
        named = isinstance(error.filename, str) and not on_store(study)
        here = Path(error.filename).absolute().is_relative_to(study.absolute()) if named else None
        if isinstance(error, ShiftscopeError) or here is False:
            raise
        if error.errno in NO_ROOM:
            told = f"{NO_ROOM[error.errno]}. Nothing finished is lost. Make room {AGAIN}"
        elif error.errno in NO_WRITING and (here or error.errno == errno.EROFS):
            told = f"{NO_WRITING[error.errno]}. It can be viewed. To record, copy it or make it writable, {AGAIN}"
        elif not on_store(study) and not study.is_dir():
            told = "its folder is no longer there. It was deleted or moved meanwhile: put it back, or record anew."
        else:
            raise
        raise StudyNotWritable(f"{study} cannot be written: {told}") from error
