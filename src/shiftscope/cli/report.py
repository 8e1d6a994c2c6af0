"""`shiftscope report`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from shiftscope.cli.asked.options import RecordedStudy


def report(
    study: RecordedStudy,
    /,
    *,
    out: Annotated[Path, Parameter(alias="-o")],
    units: int = 20,
    layers: list[str] | None = None,
    title: str | None = None,
    overwrite: bool = False,
) -> None:
    """Write a folder of pages that opens in a browser without a server.

    Parameters
    ----------
    out
        Folder to write; a report that is there is replaced.
    units
        Most shifted units to show, of each layer and shifted dataset.
    layers
        Layers whose units are shown; all where not given.
    title
        Title of the report; the study's name where not given.
    overwrite
        Replace a folder that is not empty and no report.
    """
    from shiftscope.store.stored_study import StoredStudy
    from shiftscope.web.report.report import report as write

    written = write(StoredStudy(study), out, units=units, layers=layers, title=title, overwrite=overwrite)
    print(f"{written.pages} pages, {written.size / 1e6:.1f} MB. Open {written.index} in a browser.")
