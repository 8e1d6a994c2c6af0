"""A table, CSV or Parquet, that lists pictures and what is known about them."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from shiftscope.datasets.labels import category_names, label_indices
from shiftscope.datasets.metadata import column_named, metadata_columns, sample_ids
from shiftscope.datasets.picture_files import PictureFiles
from shiftscope.datasets.preprocess import Preprocess
from shiftscope.datasets.sample import dataset_kinds
from shiftscope.errors import DataError


def image_table(
    path: str | Path,
    *,
    root: str | Path | None = None,
    file: str = "path",
    label: str = "label",
    ids: str = "id",
    categories: Sequence[str] | None = None,
    preprocess: Preprocess | None = None,
) -> PictureFiles:
    """One sample for each row of a `.csv` or `.parquet` table, in its order.

    Parameters
    ----------
    root
        The folder that the paths start from and that none may leave; the table's own if left out.
    file, label, ids
        Names of the columns. Only the first has to be there. A label is an index or a category's name, an
        empty cell means none; without ids the paths serve. All other columns become metadata.
    categories
        Names in the order of the labels; if left out and labels are names, the sorted names.

    Raises
    ------
    DataError
        A table that cannot be read, has no rows or no column of paths, a path out of the folder, or a
        label that is neither.
    """
    columns = _read(path, as_text=(file, label, ids))
    for option, name, usual in (("file", file, None), ("label", label, "label"), ("ids", ids, "id")):
        if name != usual:
            column_named(columns, option, name, where=repr(str(path)))
    files = _inside_paths(columns.pop(file), path, explicit_root=root is not None)
    names = sample_ids(columns.pop(ids, None) or files, len(files))
    labels = [_index_or_name(value, categories) for value in columns.pop(label, [None] * len(files))]
    if categories is None:
        categories = sorted({value for value in labels if isinstance(value, str)}) or None
    known = category_names(categories)
    return PictureFiles(
        kind=_kind(path),
        path=str(path),
        root=Path(path).parent if root is None else Path(root),
        files=files,
        ids=names,
        labels=label_indices(labels, known, names),
        categories=known,
        metadata=metadata_columns(columns, len(files)),
        preprocess=preprocess or Preprocess(),
    )


def _kind(path: str | Path) -> str:
    return "parquet" if str(path).lower().endswith((".parquet", ".pq")) else "csv"


def _read(path: str | Path, as_text: Sequence[str]) -> dict[str, list[Any]]:
    """The values of each column, None where there is none."""
    try:
        if _kind(path) == "parquet":
            _refuse_more_rows_than_bytes(path)
            table = pd.read_parquet(path, dtype_backend="numpy_nullable")
        else:
            # Only an empty cell is missing: NA is a country, and null a word.
            table = pd.read_csv(
                path,
                dtype=dict.fromkeys(as_text, "string"),  # an id 007 is not 7
                encoding="utf-8-sig",
                keep_default_na=False,
                na_values=[""],
                dtype_backend="numpy_nullable",
            )
        columns = {str(name): _values(table[name]) for name in table}
    except FileNotFoundError as error:
        raise DataError(f"no file {str(path)!r}.") from error
    except DataError:
        raise
    except Exception as error:  # parsers of damaged tables raise whatever their columns led them to
        raise DataError(f"{str(path)!r} cannot be read as a {_kind(path)} table: {error}") from error
    if len(table) == 0:
        raise DataError(f"the table {str(path)!r} has no rows.")
    return columns


def _refuse_more_rows_than_bytes(path: str | Path) -> None:
    """No paths or ids that differ fit there, and a column of one value repeated takes all memory."""
    from pyarrow.parquet import ParquetFile

    size = os.path.getsize(path)
    with ParquetFile(path) as file:
        if file.metadata.num_rows > size:
            raise DataError(
                f"{str(path)!r} says to hold {file.metadata.num_rows:,} rows in {size:,} bytes, which cannot all "
                "differ. Write it again."
            )


def _values(column: pd.Series[Any]) -> list[Any]:
    return [None if missing else value for value, missing in zip(column.tolist(), column.isna(), strict=True)]


def _inside_paths(paths: list[Any], table: str | Path, explicit_root: bool) -> list[str]:
    """The paths in plain form; links are looked at when a file is read."""
    plain: list[str] = []
    for line, path in enumerate(paths):
        if path is None:
            raise DataError(f"row {line} of {str(table)!r} has no path.")
        steps = os.path.normpath(str(path))
        outside = steps.split(os.sep)[0] == os.pardir or (os.path.isabs(steps) and not explicit_root)
        if outside:
            raise DataError(
                f"row {line} of {str(table)!r} leads out of the folder it starts from: {path!r}. "
                "Name a folder that holds all the pictures, and let paths start there: "
                'ss.dataset(..., root="...").'
            )
        plain.append(Path(steps).as_posix())
    return plain


def _index_or_name(value: Any, categories: Sequence[str] | None) -> Any:
    """A number written as text is a number, unless a category is called so."""
    if str(value) in (categories or ()):
        return str(value)
    if isinstance(value, str) and re.fullmatch(r"-?\d{1,20}", value):
        return int(value)
    if isinstance(value, str) and re.fullmatch(r"-?\d*\.?\d*", value) and value.strip("-."):
        return float(value)  # which no label is; refused by name
    return value


dataset_kinds.enter("csv", image_table)
dataset_kinds.enter("parquet", image_table)
