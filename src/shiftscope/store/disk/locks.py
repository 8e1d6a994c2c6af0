"""Who may write to what in a study: held by a process, and free again when it ends, however it ends."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from shiftscope.errors import StudyBusy
from shiftscope.store.disk.atomic import make_empty, make_folder
from shiftscope.store.disk.containment import within
from shiftscope.store.disk.object_path import on_store

LOCKS = ".locks"
BETWEEN = "#"  # stands in no folder's name, so that no two locks of different things have one name
# The readers of a recording that was killed outlive it by some seconds, and its lock with them.
PATIENCE_SECONDS = 10.0


@contextmanager
def held(study: Path, what: str, patience_seconds: float = -1) -> Iterator[bool]:
    """Let one process in at a time; the others wait, for good where `patience_seconds` is negative.

    Gives whether that is so: a file system without locks, as some that are mounted over a network, lets everybody
    in, and so does an object store.

    Raises
    ------
    StudyBusy
        Patience has ended.
    StudyDamaged
        The lock leads out of the study.
    """
    if on_store(study):
        yield False
        return
    file = within(study, study / LOCKS / f"{what}.lock")
    make_folder(file.parent)
    make_empty(file)  # filelock's own would be closed to others whom the umask lets in
    # The owner's own bits matter only where filelock makes the file anew, and it takes no mode without them.
    lock, alone = FileLock(file, mode=file.stat().st_mode & 0o777 | 0o600), True
    try:
        lock.acquire(timeout=patience_seconds)
    except Timeout:
        raise StudyBusy(
            f"another process works on {what!r} in {study}. Wait for it, or end it, and give the command again."
        ) from None
    except NotImplementedError:  # said by filelock where the file system knows no locks
        alone = False
    try:
        yield alone
    finally:
        lock.release()


def files_of(folder: str) -> str:
    """Name of the lock on the files of a dataset's recording, which is held for a moment."""
    return f"{folder}{BETWEEN}files"


@contextmanager
def recording_lock(study: Path, folder: str, rank: int | None = None) -> Iterator[None]:
    """Let one process record a dataset, or the ranks of one launch together.

    Raises
    ------
    StudyBusy
        Another process records this dataset.
    """
    if on_store(study):
        yield
        return
    with ExitStack() as kept:
        with ExitStack() as everybody:
            everybody.enter_context(held(study, folder, PATIENCE_SECONDS))
            if rank is not None:
                kept.enter_context(held(study, f"{folder}{BETWEEN}rank-{rank}", PATIENCE_SECONDS))
            else:
                for other in sorted((study / LOCKS).glob(f"{folder}{BETWEEN}rank-*.lock")):
                    everybody.enter_context(held(study, other.stem, PATIENCE_SECONDS))
                kept.callback(everybody.pop_all().close)
        yield
