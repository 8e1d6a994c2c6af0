"""Rows of files on an object store: one by one where they lie apart, whole files where they are read in a row."""

from __future__ import annotations

from collections.abc import Sequence

from shiftscope.store.disk.object_path import ObjectPath, many

DENSE = 4  # of what lies between the first and the last row, one in so many is wanted


class RowRequests:
    """Fetches parts of a file; where the part behind the last one is wanted, the whole file, which is kept then.

    One page wants one row of sixty-four; whoever goes through all units wants the others too, and a request of a row
    takes about as long as one of a hundred. One file is kept.
    """

    def __init__(self) -> None:
        self._kept: tuple[ObjectPath, bytes] | None = None
        self._end: tuple[ObjectPath, int] | None = None  # of the last part

    def parts(self, path: ObjectPath, starts: Sequence[int], count: int) -> tuple[list[bytes], int]:
        """`count` bytes from each of some places on, and the size of the file."""
        first, last = min(starts), max(starts)
        if len(starts) * count * DENSE < last + count - first:
            read = many(lambda start: path.read_part(start, count), starts)
            return [content for content, _ in read], read[0][1]
        run, size = self._part(path, first, last + count - first)
        return [run[start - first : start - first + count] for start in starts], size

    def _part(self, path: ObjectPath, start: int, count: int) -> tuple[bytes, int]:
        """`count` bytes from `start` on, and the size of the file."""
        kept, last = self._kept, self._end
        if not (kept and kept[0] == path) and last == (path, start) and count:
            self._kept = kept = (path, path.read_bytes())
        self._end = path, start + count
        if kept and kept[0] == path:
            return kept[1][start : start + count], len(kept[1])
        return path.read_part(start, count)
