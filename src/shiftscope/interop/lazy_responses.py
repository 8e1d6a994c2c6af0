"""Stored responses as an array of xarray that reads what is asked for and keeps nothing."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from xarray.backends import BackendArray
from xarray.core.indexing import ExplicitIndexer, IndexingSupport, explicit_indexing_adapter

from shiftscope.store.formats.arrays import StoredArray


class LazyResponses(BackendArray):
    """A (row, column) array on disk, read by rows or by its twin (column, row), whichever is less to read.

    In float32: a sum in half precision stops growing early (twos at 4,096), and a mean would be wrong in silence.
    """

    def __init__(self, stored: StoredArray, twin: StoredArray | None = None) -> None:
        self.stored, self.twin = stored, twin
        self.shape, self.dtype = stored.shape, np.dtype(np.float32)

    def __getitem__(self, key: ExplicitIndexer) -> Any:
        return explicit_indexing_adapter(key, self.shape, IndexingSupport.OUTER, self._read)

    def _read(self, key: tuple[Any, Any]) -> npt.NDArray[Any]:
        """What an index of an integer, a slice or an array for each axis selects."""
        rows, columns = (
            np.atleast_1d(np.arange(size)[chosen]) for size, chosen in zip(self.shape, key, strict=True)
        )
        if self.twin and len(columns) * self.shape[0] < len(rows) * self.shape[1]:
            read = np.empty((len(rows), len(columns)), self.dtype)
            for place, column in enumerate(columns):
                read[:, place] = self.twin.row(int(column))[rows]
        else:
            read = self._by_rows(rows, columns)
        kept = tuple(slice(None) if isinstance(chosen, slice | np.ndarray) else 0 for chosen in key)
        return read[kept]

    def _by_rows(self, rows: npt.NDArray[np.intp], columns: npt.NDArray[np.intp]) -> npt.NDArray[Any]:
        read = np.empty((len(rows), len(columns)), self.dtype)
        chunk = self.stored.chunks[0]
        if len(rows) <= chunk // 16 or (np.diff(rows) != 1).any():  # a run is read by whole chunks
            for place, row in enumerate(rows):
                read[place] = self.stored.row(int(row))[columns]
            return read
        first, stop = int(rows[0]), int(rows[-1]) + 1
        for start in range(first - first % chunk, stop, chunk):
            low, high = max(start, first), min(start + chunk, stop)
            read[low - first : high - first] = self.stored.rows(low, high)[:, columns]
        return read
