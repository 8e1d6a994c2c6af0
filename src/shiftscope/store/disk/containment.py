"""Every file of a study lies in its folder and ends: one from a stranger may hold links to anything, and pipes."""

from __future__ import annotations

import contextlib
import os
import stat
from pathlib import Path

from shiftscope.errors import StudyDamaged
from shiftscope.store.disk.object_path import on_store


def within(folder: Path, path: Path) -> Path:
    """`path` itself, a place below `folder` that need not be there yet.

    Raises
    ------
    StudyDamaged
        The path, or a link on the way, leads out of the folder, which itself may be reached through links; or there
        is something else than a file or folder, such as a pipe, whose reading would never end.
    """
    place = path
    if on_store(path):  # which has no links
        if ".." in path.key.parts:
            raise StudyDamaged(f"{path} leads out of {folder}, and is not read. Record the dataset again.")
        return place
    if _is_plain(folder, path):
        return path
    real_folder, real = os.path.realpath(folder), os.path.realpath(path)
    if real != real_folder and not real.startswith(os.path.join(real_folder, "")):
        raise StudyDamaged(
            f"{path} leads out of {folder}, to {real}, which is neither read nor written. Put the file or folder "
            "itself there in place of the link."
        )
    try:
        kind = stat.S_IFMT(os.stat(real).st_mode)
    except OSError:  # not there, or for the reader to stumble over
        return path
    if kind not in (stat.S_IFREG, stat.S_IFDIR):
        raise StudyDamaged(f"{path} is neither a file nor a folder, and is not read. Remove it.")
    return path


def _is_plain(folder: Path, path: Path) -> bool:
    """Whether each step from the folder down to the path is a folder or a file, or is not there: almost all are, and
    nothing above the folder has to be looked at."""
    below = path.relative_to(folder).parts if path.is_relative_to(folder) else ()
    if not below or ".." in below:
        return False
    at = str(folder)
    for step in below:
        at = os.path.join(at, step)
        try:
            kind = stat.S_IFMT(os.lstat(at).st_mode)
        except FileNotFoundError:
            return True
        except OSError:
            return False
        if kind not in (stat.S_IFREG, stat.S_IFDIR):
            return False
    return True


def all_within(folder: Path) -> Path:
    """`folder` itself, which holds files and folders alone; raises `StudyDamaged` as `within` does."""
    left = [] if on_store(folder) else [str(folder)]
    while left:
        with contextlib.suppress(FileNotFoundError, NotADirectoryError), os.scandir(left.pop()) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    left.append(entry.path)
                elif not entry.is_file(follow_symlinks=False):
                    within(folder, Path(entry.path))
    return folder
