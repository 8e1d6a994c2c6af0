"""`shiftscope results`."""

from __future__ import annotations

from shiftscope.cli.asked.options import Csv, RecordedStudy
from shiftscope.cli.printed.write_csv import write_csv
from shiftscope.counted import counted


def results(
    study: RecordedStudy,
    /,
    *,
    kind: str | None = None,
    layer: str | None = None,
    dataset: str | None = None,
    stale: bool = False,
    remove: bool = False,
    csv: Csv = None,
) -> None:
    """List the results that a study stores, scores and paths among them, and delete those not wanted any more.

    Parameters
    ----------
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
    """
    from shiftscope.cli.asked.checked_csv import checked_csv
    from shiftscope.flow.results import results as listed
    from shiftscope.store.stored_study import StoredStudy

    checked_csv(csv)
    table = listed(StoredStudy(study), kind=kind, layer=layer, dataset=dataset, stale=stale, remove=remove)
    if csv:
        write_csv(table, csv)
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
