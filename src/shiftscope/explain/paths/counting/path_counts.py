"""How often each path is significant in each category: whole numbers that merge."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, Any

import numpy as np
import numpy.typing as npt

from shiftscope.errors import BadRequest, ShapeError
from shiftscope.explain.paths.counting.count import Counter
from shiftscope.explain.paths.counting.map_inputs import MapInputs

IN_MEMORY = 512 * 2**20  # bytes of counts; more lie in a file that goes with them


@dataclass(frozen=True, eq=False)
class PathCounts:
    """Samples of each category, and in how many of them each path was significant.

    The merge law: counts of the samples A and of the samples B add up to those of A and B together, exactly, in any
    order. At 1,000 categories of 50 samples and 1000 x 2049 paths they take 2.1 GB, of which a block is in memory.
    """

    samples: npt.NDArray[np.int64]  # (category,)
    counts: npt.NDArray[np.unsignedinteger[Any]]  # (category, output, padded column)
    columns: int  # of them the paths; the others hold zeros

    @property
    def paths(self) -> int:
        return int(self.counts.shape[1]) * self.columns

    @property
    def whole(self) -> npt.NDArray[np.unsignedinteger[Any]]:
        """(category, output, column)"""
        return self.counts[:, :, : self.columns]

    @property
    def all_samples(self) -> int:
        """Of all categories together."""
        return int(self.samples.sum())

    def merge(self, later: PathCounts) -> PathCounts:
        """The counts of both sets of samples."""
        if self.counts.shape != later.counts.shape or self.columns != later.columns:
            raise ShapeError(
                f"counts of {self.counts.shape} and of {later.counts.shape} paths cannot be merged."
            )
        samples = self.samples + later.samples
        counts = self.counts.astype(_fitting(samples)) + later.counts
        return PathCounts(samples, counts, self.columns)

    def blocks(self, paths: int) -> Iterator[npt.NDArray[np.unsignedinteger[Any]]]:
        """(category, path) counts of whole outputs at a time, about so many paths, or one output."""
        outputs = max(1, paths // self.columns)
        for first in range(0, self.counts.shape[1], outputs):
            block = self.whole[:, first : first + outputs]
            yield np.ascontiguousarray(block).reshape(len(block), -1)


def count_paths(counter: Counter, entering: MapInputs, categories: int) -> PathCounts:
    """Count every labelled sample.

    Parameters
    ----------
    entering
        The samples and their labels.
    """
    samples = entering.samples(categories)
    shape, kind = (categories, *counter.padded), _fitting(samples)
    size = int(np.prod(shape)) * np.dtype(kind).itemsize
    counts: npt.NDArray[np.unsignedinteger[Any]]
    if size > IN_MEMORY:
        with tempfile.TemporaryFile() as file:  # the mapping holds it until nobody needs the counts
            _make_room(file, size)
            counts = np.memmap(file, kind, "r+", shape=shape)
    else:
        counts = np.zeros(shape, kind)
    for first, last in entering.runs(samples):
        counter.count_each(entering.of(first, last), samples[first:last].tolist(), into=counts[first:last])
    return PathCounts(samples, counts, counter.shape[1])


def _make_room(file: IO[bytes], size: int) -> None:
    """Take the whole file's room now: a disk that fills later would end the process rather than raise an error."""
    try:
        if hasattr(os, "posix_fallocate"):
            os.posix_fallocate(file.fileno(), 0, size)
        else:
            file.truncate(size)
    except OSError as error:
        raise BadRequest(
            f"counting these paths takes {size / 1e9:.1f} GB in {tempfile.gettempdir()}, and there is no room: "
            f"{error.strerror}. Set TMPDIR to a folder on a larger disk."
        ) from error


def _fitting(samples: npt.NDArray[np.int64]) -> npt.DTypeLike:
    """The smallest whole numbers that count so many samples."""
    most = int(samples.max(initial=0))
    return np.uint8 if most < 2**8 else np.uint16 if most < 2**16 else np.uint32
