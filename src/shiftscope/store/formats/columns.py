"""Arrow IPC files as we write them, from anyone: memory mapped, and checked before a value is read.

Arrow trusts what it reads. Left alone, a damaged file ends the process (an offset beyond the buffer, a length that no
memory holds), and compressed buffers of a few kilobytes become gigabytes. So messages are taken one by one and
compressed ones refused, and `Columns` checks a column in full before its first value is read.
"""

from __future__ import annotations

import struct
from collections.abc import Collection, Sequence
from pathlib import Path

import pyarrow as pa

from shiftscope.errors import StudyDamaged

MAGIC = b"ARROW1"
START = 8  # the magic, padded
AGAIN = "Record the dataset again."
COMPRESSION = 3  # place of the field among those of a record batch


class Columns:
    """The columns of one file of a `dataset`, mapped and not read; those in `always` have a value in each row.

    It has one of the `schemas`. Its bytes are `fetched` where it is on an object store.

    Raises
    ------
    StudyDamaged
        The file cannot be read, has none of the schemas, or is not as we write them; with the first access to a column,
        its values are not what the schema says.
    """

    def __init__(
        self,
        file: Path,
        schemas: Sequence[pa.Schema],
        always: Collection[str] = (),
        dataset: str = "",
        fetched: pa.Buffer | None = None,
    ) -> None:
        self.file, self._always, self._dataset = file, always, dataset
        self._checked: set[str] = set()
        try:
            schema, batches = _batches(
                pa.memory_map(str(file)) if fetched is None else pa.BufferReader(fetched), schemas
            )
        except (OSError, EOFError, ValueError, struct.error, pa.ArrowException, MemoryError) as error:
            raise StudyDamaged(
                f"{file} cannot be read as the samples of a shard: {error}. {AGAIN}"
            ) from error
        self._table = pa.Table.from_batches(batches, schema)
        self.num_rows: int = self._table.num_rows

    def __contains__(self, name: str) -> bool:
        return name in self._table.column_names

    def __getitem__(self, name: str) -> pa.ChunkedArray:
        column = self._table[name]
        if name not in self._checked:
            try:
                column.validate(full=True)
                if name in self._always and column.null_count:
                    raise pa.ArrowInvalid(f"{column.null_count} rows are empty")
            except pa.ArrowException as error:
                raise StudyDamaged(
                    f"{self.file} holds damage in its column {name!r}: {error}. {AGAIN}", self._dataset
                ) from error
            self._checked.add(name)
        return column


def _batches(source: pa.NativeFile, schemas: Sequence[pa.Schema]) -> tuple[pa.Schema, list[pa.RecordBatch]]:
    """The one of the schemas that the file has, and its batches."""
    if source.size() < 2 * START or source.read_at(len(MAGIC), source.size() - len(MAGIC)) != MAGIC:
        raise ValueError("it does not end as an Arrow file does")
    source.seek(START)
    schema = pa.ipc.read_schema(pa.ipc.read_message(source))
    if schema not in schemas:
        raise ValueError(f"it has the columns {schema.names}; samples have {schemas[0].names}")
    batches = []
    while message := _next(source):
        if message.type != "record batch" or _compressed(message.metadata.to_pybytes()):
            raise ValueError(f"it holds a {message.type} that is not as we write them")
        batch = pa.ipc.read_record_batch(message, schema)
        batch.validate()
        if not batch.num_rows:
            raise ValueError("it holds a batch of no rows")
        batches.append(batch)
    return schema, batches


def _next(source: pa.NativeFile) -> pa.Message | None:
    """The next message; None at the mark behind the last, where the footer begins."""
    if source.read_at(8, source.tell()) == b"\xff\xff\xff\xff\0\0\0\0":
        return None
    return pa.ipc.read_message(source)


def _compressed(metadata: bytes) -> bool:
    """Whether a record batch's buffers are compressed: a field of the flatbuffer that describes it.

    Arrow has checked the flatbuffer's offsets, and does not tell of this field.
    """
    message = struct.unpack_from("<I", metadata, 0)[0]
    header = message + _field(metadata, message, 2)
    batch = header + struct.unpack_from("<I", metadata, header)[0]
    return _field(metadata, batch, COMPRESSION) != 0


def _field(metadata: bytes, table: int, place: int) -> int:
    """Where the field of this place begins, from the table's begin on; 0 where it is left out."""
    described = table - struct.unpack_from("<i", metadata, table)[0]
    size = struct.unpack_from("<H", metadata, described)[0]
    at = 4 + 2 * place
    return int(struct.unpack_from("<H", metadata, described + at)[0]) if at < size else 0
