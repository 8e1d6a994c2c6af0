"""Zarr arrays of a study, read straight from their chunk files where these hold plain numbers.

A chunk file without compression is C-order bytes, so a point read is one seek and one read: 0.03 ms
against 1.4 to 60 ms through the zarr interface, and no import of zarr in the viewer. A chunk that was packed by
gzip, zstd or Blosc is read whole. A description is a stranger's until it is checked: what it says of sizes is compared
with the files before room is made for them, and a chunk that is not there is damage, never a zero.
"""

from __future__ import annotations

import itertools
import math
import os
import stat
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from shiftscope.datasets.formats.unpacking import FREE, too_much
from shiftscope.errors import StudyDamaged
from shiftscope.store.disk.atomic import Checksums, read_json, written_aside
from shiftscope.store.disk.containment import within
from shiftscope.store.disk.object_path import on_store
from shiftscope.store.formats.row_requests import RowRequests
from shiftscope.store.formats.unpacked_chunk import packer_of, unpacked_chunk

NUMBERS = {"bool", *(f"{kind}{bits}" for kind in ("int", "uint") for bits in (8, 16, 32, 64))} | {
    f"float{bits}" for bits in (16, 32, 64)
}


class StoredArray:
    """One array of numbers on disk; nothing but its description is read until asked for.

    Raises
    ------
    StudyDamaged
        There is no such array, it is not of `shape` where one is given, or a file is not what its description says
        or lies out of the array's folder.
    """

    def __init__(self, path: Path, shape: tuple[int, ...] | None = None) -> None:
        self.path = path
        self._requested = RowRequests()
        self._inside: set[Path] = set()  # folders of chunks seen to lie where they seem to
        described = read_json(within(path, path / "zarr.json"), "the description of an array")
        try:
            self.shape = _sizes(described["shape"])
            self.chunks = _sizes(described["chunk_grid"]["configuration"]["chunk_shape"])
            codec, keys = packer_of(described["codecs"]), described["chunk_key_encoding"]
            separator = keys.get("configuration", {}).get("separator", "/")
            if (
                codec is None
                or (keys["name"], separator) != ("default", "/")
                or described.get("storage_transformers")
            ):
                raise ValueError(f"chunks stored by {described['codecs']!r}, {keys!r}, which are not read")
            self._codec = codec
            if described["data_type"] not in NUMBERS:
                raise ValueError(f"the data type {described['data_type']!r}")
            self.dtype = np.dtype(described["data_type"])
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise StudyDamaged(
                f"{path}/zarr.json does not describe an array: {error!r}; record the dataset again."
            ) from error
        if len(self.shape) != len(self.chunks) or not all(
            1 <= chunk <= max(1, size) for chunk, size in zip(self.chunks, self.shape, strict=True)
        ):
            raise StudyDamaged(
                f"{path}/zarr.json has chunks {self.chunks} for the shape {self.shape}; record the dataset again."
            )
        if shape is not None and self.shape != shape:
            raise StudyDamaged(
                f"{path} has the shape {self.shape}, and what was recorded {shape}; record the dataset again."
            )

    def row(self, index: int) -> npt.NDArray[Any]:
        """The (n,) numbers at `index` of the first axis."""
        if not 0 <= index < self.shape[0]:
            raise IndexError(index)
        chunk, inside = divmod(index, self.chunks[0])
        columns = range(math.ceil(self.shape[1] / self.chunks[1]))
        start = inside * self.chunks[1]
        pieces = [self._read((chunk, column), start, self.chunks[1]) for column in columns]
        return np.concatenate(pieces)[: self.shape[1]]

    def rows_at(self, indices: Sequence[int]) -> npt.NDArray[Any]:
        """The (index, n) numbers at some places of the first axis, in their order; each chunk is opened once."""
        out = np.empty((len(indices), self.shape[1]), self.dtype)
        asked: dict[int, list[tuple[int, int]]] = {}
        for place, index in enumerate(indices):
            if not 0 <= index < self.shape[0]:
                raise IndexError(index)
            chunk, inside = divmod(index, self.chunks[0])
            asked.setdefault(chunk, []).append((place, inside * self.chunks[1]))
        for chunk, some in asked.items():
            places, starts = zip(*some, strict=True)
            for column, first in enumerate(range(0, self.shape[1], self.chunks[1])):
                width = min(self.chunks[1], self.shape[1] - first)
                for place, read in zip(places, self._read_each((chunk, column), starts, width), strict=True):
                    out[place, first : first + width] = read
        return out

    def rows(self, start: int, stop: int) -> npt.NDArray[Any]:
        """The (stop - start, n) numbers of a run of the first axis, chunk by chunk."""
        self._read_ahead(start, stop)
        out = np.empty((stop - start, *self.shape[1:]), self.dtype)
        grid = [range(start // self.chunks[0], math.ceil(stop / self.chunks[0]))]
        grid += [range(math.ceil(n / c)) for n, c in zip(self.shape[1:], self.chunks[1:], strict=True)]
        for key in itertools.product(*grid):
            chunk = self._read(key, 0, math.prod(self.chunks)).reshape(self.chunks)
            first = [k * c for k, c in zip(key, self.chunks, strict=True)]
            low, high = max(start, first[0]), min(stop, first[0] + self.chunks[0])
            inside = [slice(low - first[0], high - first[0])]
            outside = [slice(low - start, high - start)]
            for at, size, extent in zip(first[1:], self.chunks[1:], self.shape[1:], strict=True):
                stop_at = min(at + size, extent)
                inside.append(slice(0, stop_at - at))
                outside.append(slice(at, stop_at))
            out[tuple(outside)] = chunk[tuple(inside)]
        return out

    def write(self, start: int, values: npt.NDArray[Any], sums: Checksums | None = None) -> None:
        """A run of the first axis from a border between chunks on: whole chunks, and the rest only at the array's end.

        Each chunk is a file that is whole or not there; zarr would write it in place, and twice as slowly.
        """
        for first in range(0, len(values), self.chunks[0]):
            some = np.ascontiguousarray(values[first : first + self.chunks[0]], self.dtype)
            key = (start + first) // self.chunks[0], *(0 for _ in self.chunks[1:])
            with written_aside(within(self.path, self.path.joinpath("c", *map(str, key))), sums) as file:
                file.write(some.data)
                missing = (self.chunks[0] - len(some)) * math.prod(self.chunks[1:])
                if missing:
                    file.write(np.full(missing, np.nan, self.dtype).data)

    def all(self) -> npt.NDArray[Any]:
        if not self.shape:
            return self._read((), 0, 1).reshape(())
        return self.rows(0, self.shape[0])

    def _read_ahead(self, start: int, stop: int) -> None:
        """Fail on a missing chunk before room is made for an array that a damaged description only claims."""
        if self._codec and stop > start:
            self._refuse_bomb(start, stop)
        if stop > start:
            last = [(size - 1) // chunk for size, chunk in zip(self.shape, self.chunks, strict=True)]
            self._read(((stop - 1) // self.chunks[0], *last[1:]), 0, 1)

    def _refuse_bomb(self, start: int, stop: int) -> None:
        """Fail before a few bytes that were packed take all memory."""
        wanted, held = math.prod((stop - start, *self.shape[1:])) * self.dtype.itemsize, 0
        grid = [range(start // self.chunks[0], math.ceil(stop / self.chunks[0]))]
        grid += [range(math.ceil(n / c)) for n, c in zip(self.shape[1:], self.chunks[1:], strict=True)]
        for key in itertools.product(*grid) if wanted > FREE else ():
            held += self._size(self.path.joinpath("c", *map(str, key)))
        self._refuse_more(self.path, held, wanted)

    def _refuse_more(self, path: Path, held: int, wanted: int) -> None:
        if too_much(held, wanted):
            raise StudyDamaged(
                f"{path} has {held:,} bytes that would unpack to {wanted:,}, more than responses do; record the "
                "dataset again."
            )

    def _size(self, path: Path) -> int:
        try:
            return path.stat().st_size
        except OSError as error:
            raise _unreadable(path, error) from error

    def _read(self, key: tuple[int, ...], start: int, count: int) -> npt.NDArray[Any]:
        return self._read_each(key, [start], count)[0]

    def _read_each(
        self, key: tuple[int, ...], starts: Sequence[int], count: int
    ) -> Sequence[npt.NDArray[Any]]:
        """`count` numbers of a chunk from each of some places on."""
        path = self.path.joinpath("c", *map(str, key))
        at, much = [start * self.dtype.itemsize for start in starts], count * self.dtype.itemsize
        whole = math.prod(self.chunks) * self.dtype.itemsize
        try:
            if self._codec:
                content = self._unpacked(path, whole)
                found, size = [content[start : start + much] for start in at], len(content)
            else:
                found, size = self._parts(path, at, much)
        except OSError as error:
            raise _unreadable(path, error) from error
        if size != whole:
            raise StudyDamaged(f"{path} has {size} bytes and a chunk has {whole}; record the dataset again.")
        return [np.frombuffer(read, self.dtype.newbyteorder("<")) for read in found]

    def _unpacked(self, path: Path, whole: int) -> bytes:
        """The `whole` bytes of a chunk that was packed."""
        held = self._size(path)
        self._refuse_more(path, held, whole)
        (packed,), _ = self._parts(path, [0], held)
        try:
            return unpacked_chunk(packed, self._codec, whole)
        except (ValueError, OSError, MemoryError) as error:
            raise StudyDamaged(f"{path} cannot be unpacked: {error}; record the dataset again.") from error

    def _parts(self, path: Path, starts: Sequence[int], count: int) -> tuple[list[bytes], int]:
        """`count` bytes of a file from each of some places on, and how many there are in it."""
        if on_store(path):
            return self._requested.parts(path, starts, count)
        if path.parent not in self._inside or not stat.S_ISREG(os.lstat(path).st_mode):
            self._inside.add(within(self.path, path).parent)
        found = []
        with path.open("rb", buffering=0) as file:
            size = os.fstat(file.fileno()).st_size
            for start in starts:
                file.seek(start)
                found.append(file.read(count))
        return found, size


def _unreadable(path: Path, error: OSError) -> StudyDamaged:
    return StudyDamaged(f"{path} cannot be read ({error.strerror}); record the dataset again.")


def _sizes(described: Any) -> tuple[int, ...]:
    if not all(type(size) is int and 0 <= size < 2**40 for size in described):
        raise ValueError(f"the sizes {described!r}")
    return tuple(described)


def create_array(
    group: Any,
    name: str,
    shape: tuple[int, ...],
    chunks: tuple[int, ...],
    dtype: npt.DTypeLike,
    axes: tuple[str, ...],
    *,
    anew: bool = False,
) -> Any:
    """An empty plain array in a zarr group, or unless `anew` the one that an interrupted recording left there."""
    if not anew and name in group:
        return group[name]
    kind = np.dtype(dtype)
    return group.create_array(
        name,
        shape=shape,
        chunks=chunks,
        dtype=str if kind.kind == "O" else kind,
        compressors=None,
        filters=None,
        dimension_names=axes,
        fill_value={"f": np.nan, "O": ""}.get(kind.kind, 0),
        overwrite=anew,
        config={"write_empty_chunks": True},  # a chunk that is not there is a damaged study, not a zero
    )


Arrays = Mapping[str, tuple[npt.NDArray[Any], tuple[str, ...]]]  # numbers, and the names of their axes


def files_of_arrays(groups: Mapping[str, Arrays], **attributes: str) -> dict[str, bytes]:
    """Small whole arrays as the files of a zarr group of groups, each array one chunk; the group "" is the outer one.

    For many small files in a folder zarr itself takes several times as long.
    """
    import zarr

    held: dict[str, Any] = {}
    root = zarr.create_group(zarr.storage.MemoryStore(held), zarr_format=3, attributes=attributes)
    for group_name, arrays in groups.items():
        group = root.require_group(group_name) if group_name else root
        for name, (values, axes) in arrays.items():
            chunks = tuple(max(1, size) for size in values.shape)
            create_array(group, name, values.shape, chunks, values.dtype, axes, anew=True)[...] = values
    return {name: content.to_bytes() for name, content in held.items()}
