"""`shiftscope results`."""

from __future__ import annotations

from typing import Annotated

from cyclopts import Parameter

from shiftscope.cli.asked.study_address import StudyAddress
from shiftscope.counted import counted


def results(
    study: StudyAddress,
    /,
    *,
    kind: str | None = None,
    layer: str | None = None,
    dataset: str | None = None,
    stale: bool = False,
    remove: bool = False,
    csv: Annotated[str | None, Parameter(allow_leading_hyphen=True)] = None,
) -> None:
    """List the results that a study stores, scores and paths among them, and delete those not wanted any more.

    Parameters
    ----------
    study
        Folder of the study, or its address on an object store, as s3://bucket/x.study.
    kind
        Only scores, paths, interventions or repairs.
    layer
        Only those about this layer.
    dataset
        Only those that rest on this dataset.
    stale
        Only those that would not be shown any more, and damaged ones.
    remove
        Delete those listed; what they held is computed again when it is asked for.
    csv
        File to write, or - for standard output.
    """
    import sys

    from shiftscope.cli.asked.checked_csv import checked_csv
    from shiftscope.flow.results import results as listed
    from shiftscope.store.stored_study import StoredStudy

    checked_csv(csv)
    table = listed(StoredStudy(study), kind=kind, layer=layer, dataset=dataset, stale=stale, remove=remove)
    if csv:
        table.to_csv(sys.stdout if csv == "-" else csv, index=False)
        return
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    shown = ("kind", "layer", "datasets", "variant", "kB", "made", "state")
    drawn = Table(*shown, box=None, padding=(0, 1, 0, 0))
    for row in table.to_dict("records"):
        row |= {"kB": f"{row['bytes'] / 1000:,.0f}", "made": str(row["made"]).partition("+")[0]}
        drawn.add_row(*(Text(str(row[name] or "–")) for name in shown))
    if len(table):
        Console().print(drawn)
    print(f"{counted(len(table), 'result')}{' removed' if remove and len(table) else ''}.")
