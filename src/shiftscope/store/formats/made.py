"""How each picture was made of another: Parquet files, one a shard, in a folder that is read as one table."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

import pyarrow as pa

from shiftscope.errors import DataError
from shiftscope.shard import Made
from shiftscope.store.disk.atomic import Checksums, written_aside

SCHEMA = pa.schema(
    {
        "id": pa.string(),
        "source_sha256": pa.string(),
        "sha256": pa.string(),
        "donor": pa.string(),
        "cue": pa.int32(),
        "drawn": pa.string(),  # a JSON object
        "rows": pa.int32(),
        "columns": pa.int32(),
        "mask": pa.binary(),
    }
)
DONOR = ".donor"  # the end of the name under which a shift draws one
LARGEST = 2**30  # bytes that one file may unpack to


def write_made(path: Path, entries: Sequence[tuple[str, Made | None]], sums: Checksums | None = None) -> None:
    """One row for each id; nothing but the id for a picture that was not made, as of a sample that was skipped."""
    import pyarrow.parquet as pq

    table = pa.table([_column(name, entries) for name in SCHEMA.names], SCHEMA)
    with written_aside(path, sums) as file:
        pq.write_table(table, file)


def read_made(folder: Path) -> Iterator[tuple[str, Made | None]]:
    """The rows of all files of a folder, in their order.

    Raises
    ------
    DataError
        A file that cannot be read or is not as we write them, or none at all.
    """
    files = sorted(folder.glob("*.parquet"))
    if not files:
        raise DataError(f"there is no table {str(folder)!r} beside the manifest.")
    for file in files:
        try:
            yield from _read(file)
        except (pa.ArrowException, OSError, ValueError, TypeError, KeyError, RecursionError) as error:
            raise DataError(f"{str(file)!r} cannot be read as rows of a manifest: {error}") from error


def _read(file: Path) -> Iterator[tuple[str, Made | None]]:
    import pyarrow.parquet as pq

    with pq.ParquetFile(file) as opened:
        groups = (opened.metadata.row_group(place) for place in range(opened.metadata.num_row_groups))
        if (
            sum(group.total_byte_size for group in groups) > LARGEST
            or opened.metadata.num_rows > file.stat().st_size
        ):
            raise ValueError("it says to hold more than it can")
        table = opened.read(columns=SCHEMA.names).cast(SCHEMA)
    for row in table.to_pylist():
        if row["id"] is None:
            raise ValueError("a row without an id")
        if row["sha256"] is None or row["source_sha256"] is None:
            yield row["id"], None
            continue
        shape = (row["rows"] or 0, row["columns"] or 0)
        drawn = dict(json.loads(row["drawn"] or "{}"))
        yield (
            row["id"],
            Made(row["source_sha256"], row["sha256"], drawn, row["cue"], row["mask"] or b"", shape),
        )


def donor_of(made: Made) -> str | None:
    """The id of the sample whose picture lent something; the last one's of several."""
    lent = [str(value) for name, value in made.drawn.items() if name.rstrip(".0123456789").endswith(DONOR)]
    return lent[-1] if lent else None


def _column(name: str, entries: Sequence[tuple[str, Made | None]]) -> pa.Array:
    def value(id_: str, made: Made | None) -> object:
        if name == "id":
            return id_
        if made is None:
            return None
        if name == "donor":
            return donor_of(made)
        if name == "drawn":
            return json.dumps(dict(made.drawn), ensure_ascii=False)
        if name in ("rows", "columns"):
            return made.shape[name == "columns"] if made.mask else None
        return getattr(made, name) or None if name == "mask" else getattr(made, name)

    return pa.array([value(*entry) for entry in entries], SCHEMA.field(name).type)
