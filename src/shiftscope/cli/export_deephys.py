"""`shiftscope export deephys`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from shiftscope.cli.asked.options import RecordedStudy


def export_deephys(
    study: RecordedStudy,
    /,
    *,
    out: Annotated[Path, Parameter(alias="-o")],
    layers: list[str] | None = None,
    datasets: list[str] | None = None,
) -> None:
    """Write a study as files that Deephys opens: one .model, and one .test for each dataset.

    Parameters
    ----------
    out
        Folder for the files; made when it is not there.
    layers
        Layers to write beside the logits; every one without negative responses where not given.
    datasets
        Datasets to write; all where not given.
    """
    from shiftscope.interop.deephys.export_deephys import export_deephys
    from shiftscope.progress import bar
    from shiftscope.store.stored_study import StoredStudy

    exported = export_deephys(StoredStudy(study), out, layers=layers, datasets=datasets, progress=bar)
    for file in exported.files:
        print(file)
    for note in exported.notes:
        print(f"Note: {note}")
