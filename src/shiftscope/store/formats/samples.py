"""What is kept of each sample besides its responses: Arrow files, one a shard, memory mapped."""

from __future__ import annotations

import json
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from shiftscope.arrays import NO_LABEL
from shiftscope.errors import NotInStudy, StudyDamaged
from shiftscope.shard import Shard
from shiftscope.store.disk.atomic import Checksums, written_aside
from shiftscope.store.disk.object_path import ObjectPath, many, on_store
from shiftscope.store.formats.columns import Columns
from shiftscope.store.formats.partial_arrow_file import PartialArrowFile

SCHEMA = pa.schema(
    {
        "id": pa.string(),
        "label": pa.int32(),
        "prediction": pa.int32(),
        "confidence": pa.float32(),
        "source": pa.string(),
        "metadata": pa.string(),
        "thumbnail": pa.binary(),
        "problem": pa.string(),
    }
)

ALWAYS = ("id", "source", "metadata")  # columns with a value for every sample


@dataclass(frozen=True)
class StoredSample:
    """One sample as the study knows it."""

    position: int
    id: str
    label: int  # NO_LABEL where there is none
    prediction: int  # NO_LABEL where the sample was skipped
    confidence: float  # softmax of the prediction
    source: str
    metadata: Mapping[str, Any]
    problem: str  # why it was skipped; empty for a sample that was shown

    @property
    def correct(self) -> bool | None:
        known = self.label != NO_LABEL and self.prediction != NO_LABEL
        return self.label == self.prediction if known else None


def write_samples(path: Path, shard: Shard, sums: Checksums | None = None) -> None:
    """Everything of a shard but its responses, as one Arrow file."""
    samples = shard.samples

    def missing(codes: npt.NDArray[np.int64]) -> pa.Array:
        return pa.array(codes, pa.int32(), mask=codes == NO_LABEL)

    table = pa.table(
        {
            "id": [sample.id for sample in samples],
            "label": missing(shard.labels),
            "prediction": missing(shard.predictions),
            "confidence": pa.array(shard.confidences, pa.float32(), mask=np.isnan(shard.confidences)),
            "source": [sample.source for sample in samples],
            "metadata": [sample.metadata for sample in samples],
            "thumbnail": pa.array([sample.thumbnail for sample in samples], pa.binary()),
            "problem": [sample.problem or None for sample in samples],
        },
        schema=SCHEMA,
    )
    with written_aside(path, sums) as file, pa.ipc.new_file(file, SCHEMA) as writer:
        writer.write_table(table)


class Samples:
    """All samples of one recording, in the order of the dataset."""

    def __init__(self, files: Iterable[Path], dataset: str = "") -> None:
        """Those on an object store are fetched together, and given as a list; others are opened one by one."""
        self._dataset = dataset
        self._partial: list[PartialArrowFile] = []
        if isinstance(files, Sequence):
            self._partial = many(_partial, [file for file in files if on_store(file)])
        self._tables = [
            Columns(file, SCHEMA, ALWAYS, dataset, self._partial[shard].buffer if self._partial else None)
            for shard, file in enumerate(files)
        ]
        ends = np.cumsum([table.num_rows for table in self._tables])
        self._starts = [0, *map(int, ends)]

    def __len__(self) -> int:
        return self._starts[-1]

    @cached_property
    def labels(self) -> npt.NDArray[np.int64]:
        """(sample,) true categories, NO_LABEL where there is none."""
        return self._numbers("label", np.int64, NO_LABEL)

    @cached_property
    def predictions(self) -> npt.NDArray[np.int64]:
        """(sample,) the model's categories, NO_LABEL where the sample was skipped."""
        return self._numbers("prediction", np.int64, NO_LABEL)

    @cached_property
    def confidences(self) -> npt.NDArray[np.float32]:
        """(sample,) softmax of the prediction; NaN where the sample was skipped."""
        return self._numbers("confidence", np.float32, np.nan)

    @cached_property
    def pictured(self) -> npt.NDArray[np.bool_]:
        """(sample,) whether there is a thumbnail; a sample that is no image has none."""
        pieces = [np.empty(0, bool)]
        for chunk in (chunk for table in self._tables for chunk in table["thumbnail"].chunks):
            ends = np.frombuffer(chunk.buffers()[1], np.int32)[chunk.offset : chunk.offset + len(chunk) + 1]
            pieces.append(np.diff(ends) > 0)
        return np.concatenate(pieces)

    @cached_property
    def skipped(self) -> int:
        return sum(table["problem"].length() - table["problem"].null_count for table in self._tables)

    def __getitem__(self, position: int) -> StoredSample:
        table, row = self._at(position)

        def value(column: str) -> Any:
            return table[column][row].as_py()

        label, prediction, confidence = value("label"), value("prediction"), value("confidence")
        return StoredSample(
            position=position,
            id=value("id"),
            label=NO_LABEL if label is None else label,
            prediction=NO_LABEL if prediction is None else prediction,
            confidence=float("nan") if confidence is None else confidence,
            source=value("source"),
            metadata=self._metadata(table, row, value("metadata")),
            problem=value("problem") or "",
        )

    def column(self, name: str) -> pa.ChunkedArray:
        """(sample,) everything in one column as stored, null where there is none."""
        chunks = [chunk for table in self._tables for chunk in table[name].chunks]
        return pa.chunked_array(chunks, SCHEMA.field(name).type)

    def thumbnail(self, position: int) -> bytes:
        """PNG or JPEG; raises `NotInStudy` for a sample that is no image."""
        table, row = self._at(position)
        column = table["thumbnail"]
        thumbnail: bytes = (
            self._partial[self._shard(position)].value(column, row) if self._partial else column[row].as_py()
        )
        if not thumbnail:
            raise NotInStudy(f"sample {position} has no image: it was recorded without one.")
        return thumbnail

    def check(self, position: int) -> int:
        """`position` itself; raises `NotInStudy` where there is no such sample."""
        self._at(position)
        return position

    def metadata(self) -> list[dict[str, Any]]:
        """What is known of each sample."""
        return [
            self._metadata(table, row, text)
            for table in self._tables
            for row, text in enumerate(table["metadata"].to_pylist())
        ]

    def _metadata(self, table: Columns, row: int, text: str) -> dict[str, Any]:
        try:
            return read_metadata(text)
        except ValueError as error:
            raise StudyDamaged(
                f"{table.file} holds metadata of row {row} that are no JSON object: {error}. Record the dataset again.",
                self._dataset,
            ) from error

    def _at(self, position: int) -> tuple[Columns, int]:
        if not 0 <= position < len(self):
            raise NotInStudy(
                f"no sample {position}; this dataset has {len(self)}, from 0 to {len(self) - 1}."
            )
        shard = self._shard(position)
        return self._tables[shard], position - self._starts[shard]

    def _shard(self, position: int) -> int:
        return bisect_right(self._starts, position) - 1

    def _numbers(self, column: str, dtype: npt.DTypeLike, missing: float) -> npt.NDArray[Any]:
        """A column of 32-bit numbers, read from Arrow's buffers: its own conversions import pandas."""
        stored_as = np.float32 if pa.types.is_floating(SCHEMA.field(column).type) else np.int32
        pieces = [np.empty(0, dtype)]
        for chunk in (chunk for table in self._tables for chunk in table[column].chunks):
            rows = slice(chunk.offset, chunk.offset + len(chunk))
            present, values = chunk.buffers()
            numbers = np.frombuffer(values, stored_as)[rows].astype(dtype)
            if present is not None:
                bits = np.unpackbits(np.frombuffer(present, np.uint8), bitorder="little")
                numbers[bits[rows] == 0] = missing
            pieces.append(numbers)
        return np.concatenate(pieces)


def _partial(file: ObjectPath) -> PartialArrowFile:
    try:
        return PartialArrowFile(file, large="thumbnail")
    except (OSError, pa.ArrowInvalid) as error:
        raise StudyDamaged(f"{file} cannot be read as the samples of a shard: {error}") from error


def read_metadata(text: str | None) -> dict[str, Any]:
    """What is known of a sample, from the column that keeps it; raises ValueError for what is no JSON object."""
    try:
        read = json.loads(text or "")
    except RecursionError as error:
        raise ValueError("lists within lists") from error
    if not isinstance(read, dict):
        raise ValueError(f"it is {type(read).__name__}")
    if text and "\\u" in text:  # recordings of before could hold half characters, and no page can
        return dict(json.loads(json.dumps(read, ensure_ascii=False).encode("utf-8", "replace")))
    return read
