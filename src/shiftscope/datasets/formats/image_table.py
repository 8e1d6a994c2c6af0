"""A table, CSV or Parquet, that lists pictures and what is known about them."""

from __future__ import annotations

import csv
import os
import re
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from shiftscope.category_names import in_order
from shiftscope.datasets.formats.picture_files import PictureFiles
from shiftscope.datasets.formats.unpacking import refuse_bomb
from shiftscope.datasets.labels import category_names, label_indices
from shiftscope.datasets.metadata import (
    column_named,
    find_name,
    metadata_columns,
    sample_ids,
    told_without_labels,
)
from shiftscope.datasets.pictures.preprocess import Preprocess
from shiftscope.datasets.pictures.transform import ToInput
from shiftscope.datasets.sample import dataset_kinds
from shiftscope.errors import DataError, LabelError
from shiftscope.local_file import local_file

MOST_COLUMNS = 10_000
PACKED = (".gz", ".bz2", ".xz", ".zip", ".zst", ".tar", ".tgz")


def image_table(
    path: str | Path,
    *,
    root: str | Path | None = None,
    file: str = "path",
    label: str = "label",
    ids: str = "id",
    categories: Sequence[str] | None = None,
    preprocess: ToInput | None = None,
) -> PictureFiles:
    """One sample for each row of a `.csv` or `.parquet` table, in its order.

    Parameters
    ----------
    root
        The folder that the paths start from and that none may leave; the table's own if left out. A path may be
        absolute where it lies inside.
    file, label, ids
        Names of the columns, but for case and blanks. Only the first has to be there. A label is an index or a
        category's name, an empty cell means none; without ids the paths serve. All other columns become metadata.
    categories
        Names in the order of the labels; if left out and labels are names, the sorted names.

    Raises
    ------
    DataError
        A table that cannot be read, has no rows or no column of paths, a path out of the folder, or a
        label that is neither.
    """
    table = local_file(path)
    header = _header(table)
    start = table.parent if root is None else Path(root)
    where = repr(str(path))
    file = column_named(header, "file", file, where=where)
    label = usual_column(header, "label", label, where)
    ids = usual_column(header, "ids", ids, where, usual="id")
    columns = _read(table, as_text=(file, label, ids))
    files = inside_paths(columns.pop(file), where, start, explicit_root=root is not None)
    names = sample_ids(columns.pop(ids, None) or files, len(files))
    told = [] if label else [told_without_labels(columns)]
    labels, known = table_labels(columns.pop(label, None), names, categories, where, told)
    return PictureFiles(
        kind=_kind(path),
        path=str(path),
        root=start,
        files=files,
        ids=names,
        labels=labels,
        categories=known,
        metadata=metadata_columns(columns, len(files)),
        preprocess=preprocess or Preprocess(),
        told=told,
        given_root="" if root is None else str(root),
    )


def usual_column(header: Sequence[str], option: str, name: str, where: str, usual: str = "label") -> str:
    """The column of that name; "" where there is none and nobody asked for it by another name."""
    if name == usual and not find_name(header, [name]):
        return ""
    return column_named(header, option, name, where=where)


def table_labels(
    column: Sequence[Any] | None,
    ids: Sequence[str],
    categories: Sequence[str] | None,
    where: str,
    told: list[str],
) -> tuple[npt.NDArray[np.int64], tuple[str, ...] | None]:
    """(sample,) indices and what they count; a sentence goes to `told` where the names among the labels say that.

    Raises
    ------
    LabelError
        A label that is neither an index nor a category's name.
    """
    labels = [_index_or_name(value, categories) for value in column or [None] * len(ids)]
    if categories is None and (categories := _named_categories(labels, where)):
        told.append(f"categories are the names among the labels, sorted: {in_order(categories)}.")
    known = category_names(categories)
    return label_indices(labels, known, ids), known


def _named_categories(labels: Sequence[Any], where: str) -> list[str] | None:
    """The sorted names among the labels, if there are any; refused beside numbers, which count something else."""
    names = sorted({value for value in labels if isinstance(value, str)})
    number = next((value for value in labels if isinstance(value, int) and value >= 0), None)
    if names and number is not None:
        raise LabelError(
            f"the labels of {where} are names, as {names[0]!r}, and numbers, as {number}; nothing says which "
            "category a number is. Give the names in label order: ss.dataset(..., categories=[...])."
        )
    return names or None


def _kind(path: str | Path) -> str:
    return "parquet" if str(path).lower().endswith((".parquet", ".pq")) else "csv"


def _header(table: Path) -> list[str]:
    """Names of the columns, read before anything else is.

    Raises
    ------
    DataError
        No table, one without columns or with more than a table of pictures has, or one that is packed.
    """
    if table.suffix.lower() in PACKED:
        raise DataError(f"{str(table)!r} is packed. Unpack it: a table is read as it lies.")
    with _readable(table):
        if _kind(table) == "parquet":
            names = _parquet_columns(table)
        else:
            with table.open(encoding="utf-8-sig", newline="") as stream:
                rows = (row for row in csv.reader(stream) if row)
                names, first = next(rows, []), next(rows, [])
            if len(first) > len(names):  # of which pandas would make an index, and move the other columns
                raise DataError(
                    f"the first row of {str(table)!r} has {len(first):,} cells, and its header {len(names):,}. Give "
                    "each column a name."
                )
        if not names:
            raise DataError(f"{str(table)!r} cannot be read as a {_kind(table)} table: it is empty.")
        if len(names) > MOST_COLUMNS:
            raise DataError(
                f"{str(table)!r} has {len(names):,} columns, and at most {MOST_COLUMNS:,} are read. Leave out what is "
                "not known of a sample."
            )
    return names


def _read(table: Path, as_text: Sequence[str]) -> dict[str, list[Any]]:
    """The values of each column, None where there is none."""
    with _readable(table), warnings.catch_warnings():
        warnings.simplefilter("error", pd.errors.ParserWarning)  # cells beyond the header would be cut off
        if _kind(table) == "parquet":
            texts = [field.name for field in pq.read_schema(table) if _is_text(field.type)]
            # A value repeated is held once.
            frame = pd.read_parquet(table, dtype_backend="numpy_nullable", read_dictionary=texts)
        else:
            # Only an empty cell is missing: NA is a country, and null a word.
            frame = pd.read_csv(
                table,
                dtype=dict.fromkeys(as_text, "string"),  # an id 007 is not 7
                compression=None,
                encoding="utf-8-sig",
                index_col=False,
                keep_default_na=False,
                na_values=[""],
                dtype_backend="numpy_nullable",
            )
        columns = {str(name): plain_values(frame[name]) for name in frame}
    if len(frame) == 0:
        raise DataError(f"the table {str(table)!r} has no rows.")
    return columns


@contextmanager
def _readable(table: Path) -> Iterator[None]:
    """What parsers of damaged tables raise, which is whatever their columns led them to, as `DataError`."""
    try:
        yield
    except DataError:
        raise
    except Exception as error:
        raise DataError(f"{str(table)!r} cannot be read as a {_kind(table)} table: {error}") from error


def _parquet_columns(table: Path) -> list[str]:
    """Names of the columns, of a file that cannot take all memory.

    No paths or ids that differ fit into fewer bytes than there are rows; what repeats one value does.
    """
    size = table.stat().st_size
    with pq.ParquetFile(table) as file:
        held = file.metadata
        if held.num_rows > size:
            raise DataError(
                f"{str(table)!r} says to hold {held.num_rows:,} rows in {size:,} bytes, which cannot all differ. "
                "Write it again."
            )
        parts = [
            held.row_group(group).column(column)
            for group in range(held.num_row_groups)
            for column in range(held.num_columns)
        ]
        refuse_bomb(
            str(table), size, sum(max(part.total_uncompressed_size, 8 * part.num_values) for part in parts)
        )
        return list(file.schema_arrow.names)


def _is_text(kind: pa.DataType) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))


def plain_values(column: pd.Series[Any]) -> list[Any]:
    """The values, None where there is none."""
    return [None if missing else value for value, missing in zip(column.tolist(), column.isna(), strict=True)]


def inside_paths(paths: Sequence[Any], where: str, start: Path, *, explicit_root: bool) -> list[str]:
    """The paths in plain form; links are looked at when a file is read."""
    plain: list[str] = []
    for line, path in enumerate(paths):
        if path is None:
            raise DataError(f"row {line} of {where} has no path.")
        steps = os.path.normpath(str(path))
        if os.path.isabs(steps) and not explicit_root and (below := _below(steps, start)):
            steps = below
        if steps.split(os.sep)[0] == os.pardir or (
            os.path.isabs(steps) and not (explicit_root and _below(os.path.realpath(steps), start))
        ):
            if explicit_root:
                raise DataError(
                    f"row {line} of {where} leads out of the folder {str(start)!r}, given as root: {path!r}."
                )
            raise DataError(
                f"row {line} of {where} leads out of the folder it starts from: {path!r}. "
                "Name a folder that holds all the images, and let paths start there: "
                'ss.dataset(..., root="...").'
            )
        plain.append(Path(steps).as_posix())
    return plain


def _below(path: str, folder: Path) -> str:
    """An absolute path as it goes on below a folder; "" where it does not, by its text."""
    for start in (os.path.abspath(folder), os.path.realpath(folder)):
        if Path(path).is_relative_to(start):
            return os.path.relpath(path, start)
    return ""


def _index_or_name(value: Any, categories: Sequence[str] | None) -> Any:
    """A number written as text is a number, unless a category is called so."""
    if str(value) in (categories or ()):
        return str(value)
    if isinstance(value, str) and re.fullmatch(r"-?\d{1,20}", value):
        return int(value)
    if isinstance(value, str) and re.fullmatch(r"-?\d*\.?\d*", value) and value.strip("-."):
        return float(value)  # which no label is; refused by name
    return value


dataset_kinds.register("csv", image_table)
dataset_kinds.register("parquet", image_table)
