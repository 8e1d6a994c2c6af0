"""`shiftscope export tables`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter

from shiftscope.cli.asked.options import RecordedStudy


def export_tables(
    study: RecordedStudy,
    /,
    *,
    out: Annotated[Path, Parameter(alias="-o")],
    file_format: Annotated[Literal["parquet", "csv"], Parameter(name="--format")] = "parquet",
    responses: list[str] | None = None,
) -> None:
    """Write samples, scores, confusions, categories and units of a study as tables.

    Parameters
    ----------
    out
        Folder to write into; made when it is not there. Files of the same names are replaced.
    file_format
        parquet, or csv for spreadsheets.
    responses
        Layers whose responses are written too, one column for each unit.
    """
    from shiftscope.flow.scores import scores_of
    from shiftscope.interop.table_files import write_tables
    from shiftscope.store.stored_study import StoredStudy

    written = write_tables(
        StoredStudy(study), out, score=scores_of, file_format=file_format, responses=responses or ()
    )
    for path, rows in written.items():
        print(f"{path}: {rows:,} rows")
