"""An Arrow file on an object store as if it were mapped: whole but for a large column, of which parts are fetched."""

from __future__ import annotations

import mmap
from collections.abc import Iterator

import numpy as np
import pyarrow as pa

from shiftscope.store.disk.object_path import ObjectPath

ENDS = 2**18  # bytes fetched first from either end; smaller files are there at once


class PartialArrowFile:
    """Memory of the file's size, of which only what was fetched takes room.

    The bytes of `large`, the values of a column of type binary, stay away until `value` is asked for one.
    """

    def __init__(self, path: ObjectPath, large: str) -> None:
        """Raises pa.ArrowInvalid for what is no Arrow file."""
        self._path, self._large = path, large
        first, size = path.read_part(0, ENDS)
        if not size:
            raise pa.ArrowInvalid("it is empty")
        self._memory = mmap.mmap(-1, size)
        self._memory[: len(first)] = first
        self.buffer = pa.py_buffer(self._memory)
        if size > ENDS:
            self._fetch(slice(max(size - ENDS, ENDS), size))
            for part in _joined(sorted(self._wanted(), key=lambda part: part.start)):
                self._fetch(part)

    def value(self, column: pa.ChunkedArray, row: int) -> bytes:
        """The bytes in one row of `large`, as it was read from `buffer`; none where there is no value."""
        for chunk in column.chunks:
            if row < len(chunk):
                break
            row -= len(chunk)
        _, ends, values = chunk.buffers()
        first, last = np.frombuffer(ends, np.int32)[chunk.offset + row :][:2].tolist()
        if first == last:
            return b""
        start = values.address - self.buffer.address + first
        if self.buffer.size <= ENDS:
            return self._memory[start : start + last - first]
        return self._path.read_part(start, last - first)[0]

    def _wanted(self) -> Iterator[slice]:
        """Where what is to be fetched lies, by the description at the ends of the file."""
        table = pa.ipc.open_file(self.buffer).read_all()
        for name in table.schema.names:
            for chunk in table[name].chunks:
                buffers = chunk.buffers()
                for buffer in buffers[:-1] if name == self._large else buffers:
                    if buffer is not None and buffer.size:
                        start = buffer.address - self.buffer.address
                        yield slice(start, start + buffer.size)

    def _fetch(self, part: slice) -> None:
        content, _ = self._path.read_part(part.start, part.stop - part.start)
        self._memory[part.start : part.start + len(content)] = content


def _joined(parts: list[slice]) -> Iterator[slice]:
    """Runs of them with little between; in order of their starts."""
    run = None
    for part in parts:
        if run and part.start <= run.stop + ENDS:
            run = slice(run.start, max(run.stop, part.stop))
        else:
            if run:
                yield run
            run = part
    if run:
        yield run
