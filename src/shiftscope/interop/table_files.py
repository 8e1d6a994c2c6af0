"""The tables of a study as files, and the responses of a layer block by block."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import IO, Any, Literal, get_args

import numpy as np
import pyarrow as pa

from shiftscope.errors import BadRequest
from shiftscope.interop.tables import Score, TableName, table
from shiftscope.store.disk.asked_file import refuse_no_folder
from shiftscope.store.disk.atomic import written_aside
from shiftscope.store.layout import folder_name
from shiftscope.store.stored_recording import Recording
from shiftscope.store.stored_study import StoredStudy
from shiftscope.text import harmless

FileFormat = Literal["parquet", "csv"]

AT_ONCE = 64 * 2**20  # bytes of responses in one row group


def write_tables(
    study: StoredStudy,
    folder: Path,
    *,
    score: Score,
    file_format: FileFormat = "parquet",
    responses: Sequence[str] = (),
) -> dict[Path, int]:
    """Write every table of `study` into `folder`, each file whole or not there; files of the same name are replaced.

    Parameters
    ----------
    file_format
        "parquet" keeps types and texts as they are; in "csv", text that a spreadsheet would take for a formula
        begins with an apostrophe.
    responses
        Layers to write too, as `responses_LAYER`: dataset, position, id, label, prediction, and unit_0, unit_1 ...
        in float32, missing where a sample was skipped.

    Returns
    -------
    dict
        Rows of each file written. Scores are left out where no dataset is shifted.

    Raises
    ------
    BadRequest
        No folder of this name can be written, or another format was asked for.
    NotInStudy
        Nothing is recorded, there is no such layer, or its responses were not kept.
    """
    if file_format not in get_args(FileFormat):
        raise BadRequest(f"file_format={file_format!r}; it can be {' or '.join(get_args(FileFormat))}.")
    refuse_no_folder(folder)
    for layer in responses:
        for recording in study.values():
            recording.responses(layer, 0, 0)  # refused before anything is written
    written = {}
    for name in get_args(TableName):
        if name == "scores" and len(study) == 1:
            continue
        frame = table(study, name, score=score)
        path = folder / f"{name}.{file_format}"
        _write(path, iter([pa.Table.from_pandas(frame, preserve_index=False)]))
        written[path] = len(frame)
    for layer in dict.fromkeys(responses):
        path = folder / f"responses_{folder_name(layer)}.{file_format}"
        _write(path, _blocks(study, layer))
        written[path] = sum(recording.plan.samples for recording in study.values())
    return written


def _write(path: Path, blocks: Iterator[pa.Table]) -> None:
    """Tables of one schema one after the other into one file."""
    prepared = map(harmless, blocks) if path.suffix == ".csv" else blocks
    first = next(prepared)
    with written_aside(path) as file, _writer(path, file, first.schema) as writer:
        writer.write_table(first)
        for block in prepared:
            writer.write_table(block)


def _writer(path: Path, file: IO[bytes], schema: pa.Schema) -> AbstractContextManager[Any]:
    from pyarrow import csv, parquet

    writer: AbstractContextManager[Any] = (
        csv.CSVWriter(file, schema)
        if path.suffix == ".csv"
        else parquet.ParquetWriter(file, schema, compression="zstd")
    )
    return writer


def _blocks(study: StoredStudy, layer: str) -> Iterator[pa.Table]:
    for recording in study.values():
        units, plan = recording.layer(layer).units, recording.plan
        rows = max(1, min(plan.rows, AT_ONCE // (4 * units)))
        for start in range(0, plan.samples, rows):
            yield _block(recording, layer, start, min(start + rows, plan.samples))


def _block(recording: Recording, layer: str, start: int, stop: int) -> pa.Table:
    samples = recording.samples
    columns = {
        "dataset": pa.array([recording.name] * (stop - start), pa.string()),
        "position": pa.array(np.arange(start, stop)),
        **{
            name: samples.column(name).slice(start, stop - start).combine_chunks()
            for name in ("id", "label", "prediction")
        },
    }
    responses = np.ascontiguousarray(recording.responses(layer, start, stop).T, np.float32)
    for unit, values in enumerate(responses):
        columns[f"unit_{unit}"] = pa.array(values, from_pandas=True)  # NaN is missing
    return pa.table(columns)
