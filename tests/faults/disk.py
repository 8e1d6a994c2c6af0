"""A folder whose changes are followed one by one, and what a power cut would leave of it after each."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

# Raised by the interpreter before the change itself; that a file is flushed it does not tell.
CHANGES = {"os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.truncate"}
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT

Told = Callable[[str, Any], None]
_following: list[Told] = []


def _audited(event: str, arguments: tuple[Any, ...]) -> None:
    if _following and (event in CHANGES or (event == "open" and arguments[2] & WRITING)):
        _following[-1](event, arguments[0])


@contextmanager
def changes(
    folder: Path, before: Callable[[int], None], flush: Callable[[int], None] = lambda file: None
) -> Iterator[list[int]]:
    """Call `before` with the number of each change in `folder`, and of each flush, before it happens.

    `flush` is then called in place of `os.fsync`. Locks do not count: a power cut or the end of a process frees them.

    Yields
    ------
    A list of one, the number of changes so far.
    """
    if not hasattr(changes, "hooked"):
        sys.addaudithook(_audited)  # for good: there is no taking it away
        changes.hooked = True  # type: ignore[attr-defined]
    count, lock, real = [0], threading.RLock(), os.fsync

    def counted() -> None:
        count[0] += 1
        before(count[0])

    def told(event: str, path: Any) -> None:
        # A name alone is one in an open folder, as when whole folders are deleted.
        inside = isinstance(path, (str, Path)) and (
            not os.path.isabs(path) or Path(path).is_relative_to(folder)
        )
        if inside and ".locks" not in Path(path).parts:
            with lock:
                counted()

    def fsync(file: int) -> None:
        with lock:
            counted()
            flush(file)

    _following.append(told)
    os.fsync = fsync
    try:
        yield count
    finally:
        os.fsync = real
        _following.remove(told)


class Disk:
    """What is sure to be on a disk, by POSIX: content since its file was flushed, names since their folder was.

    Files and folders go by their numbers on the disk; those that were flushed are kept open, so that no other gets
    their number.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.content: dict[int, bytes] = {}  # file -> as flushed
        self.names: dict[int, dict[str, int]] = {}  # folder -> its names as flushed
        self._held: dict[int, int] = {}

    def flush(self, file: int) -> None:
        path, number = Path(os.readlink(f"/proc/self/fd/{file}")), os.fstat(file).st_ino
        if path.is_dir():
            self.names[number] = {entry.name: entry.inode() for entry in os.scandir(path)}
            for entry in os.scandir(path):
                if entry.inode() not in self._held:
                    self._held[entry.inode()] = os.open(entry.path, os.O_RDONLY)
        else:
            self.content[number] = Path(f"/proc/self/fd/{file}").read_bytes()
        if number not in self._held:
            self._held[number] = os.dup(file)

    def close(self) -> None:
        for file in self._held.values():
            os.close(file)
        self._held.clear()

    def after_a_cut(self, into: Path, rng: np.random.Generator) -> None:
        """Write what a cut now might leave.

        Of each name given, taken or changed since its folder was flushed it is drawn whether that lasts; a renamed
        file has one of both names. Of a file that was not flushed any beginning may be there.
        """
        now = self._now(self.folder)
        old = {
            number: (folder, name) for folder, names in self.names.items() for name, number in names.items()
        }
        places: dict[tuple[int, str], int] = {}
        for number in sorted(old.keys() | now.keys()):
            before, after = old.get(number), now.get(number, (None, ""))[0]
            chosen = before if before == after or rng.random() < 0.5 else after
            if chosen is not None and not (chosen in places and chosen == before):
                places[chosen] = number  # a name that was given anew hides who had it before
        root = self.folder.stat().st_ino
        self._write(root, into, places, {number: path for number, (_, path) in now.items()}, rng)

    def _now(self, folder: Path) -> dict[int, tuple[tuple[int, str], str]]:
        found, number = {}, folder.stat().st_ino
        for entry in os.scandir(folder):
            found[entry.inode()] = (number, entry.name), entry.path
            if entry.is_dir():
                found |= self._now(Path(entry.path))
        return found

    def _write(
        self,
        folder: int,
        into: Path,
        places: dict[tuple[int, str], int],
        now: dict[int, str],
        rng: np.random.Generator,
    ) -> None:
        into.mkdir(parents=True)
        for (parent, name), number in sorted(places.items()):
            if parent != folder:
                continue
            if number in self.names or os.path.isdir(now.get(number, "")):
                self._write(number, into / name, places, now, rng)
                continue
            sure = self.content.get(number, b"")
            held = Path(now[number]).read_bytes() if number in now else sure
            if held != sure:
                held = held[: rng.integers(0, len(held) + 1)]
            (into / name).write_bytes(held)
