"""`shiftscope fit-under-shift`."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING

from shiftscope.cli.asked.options import Csv, Json, RecordedStudy
from shiftscope.cli.printed.write_csv import write_csv
from shiftscope.percent import percent

if TYPE_CHECKING:
    from shiftscope.explain.fit_under_shift.fit_under_shift import FitUnderShift


def fit_under_shift(
    study: RecordedStudy,
    /,
    *,
    layer: str,
    refit: bool = False,
    untrained: Path | None = None,
    categories: bool = False,
    csv: Csv = None,
    json: Json = False,
) -> None:
    """Tell whether a derived layer still reads the shifted data, before any of its codes is looked at.

    Parameters
    ----------
    layer
        Derived layer, as hidden~nmf32.
    refit
        Add rows of a dictionary of the same kind and size fitted on one half of each shifted set.
    untrained
        Add rows of the same on an untrained model, from the study where that was recorded on the same data.
    categories
        A row for each category of each dataset, with the share of its variance that is left.
    """
    import json as written

    from shiftscope.cli.asked.checked_csv import checked_csv
    from shiftscope.explain.fit_under_shift.gate import thresholds
    from shiftscope.flow.fit_under_shift import fit_under_shift as measured
    from shiftscope.store.stored_study import StoredStudy

    checked_csv(csv, as_json=json)
    found = measured(StoredStudy(study), layer, refit=refit, untrained=untrained)
    table = found.category_table() if categories else found.table()
    if csv:
        write_csv(table, csv)
        return
    if json:
        rows = written.loads(table.to_json(orient="records"))  # NaN as null
        told = {"layer": found.layer, "reference": found.reference, "state": found.state}
        print(
            written.dumps(
                {**told, "in_words": found.in_words(), "thresholds": thresholds(), "rows": rows}, indent=2
            )
        )
        return
    print(repr(found))
    if categories:
        print(table.to_string(index=False, float_format="{:.3f}".format))
    else:
        _print(found)


def _print(found: FitUnderShift) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    heads = ("state", "dataset", "row", "variance left", "error ratio, 95 %", "kept", "control", "lost")
    shown = Table(*heads, box=None, padding=(0, 1, 0, 0))
    for row in found.table().to_dict("records"):
        ratio = (
            f"{row['error_ratio']:.2f} ({row['error_ratio_low']:.2f} to {row['error_ratio_high']:.2f})"
            if row["dataset"] != found.reference and not math.isnan(row["error_ratio"])
            else "–"
        )
        cells = (row["state"], row["dataset"], row["row"], percent(row["fvu"]), ratio)
        shown.add_row(*map(Text, cells), *(percent(row[name]) for name in ("kept", "control", "lost")))
    Console().print(shown)
    for sentence in found.in_words():
        print(sentence)
    print(
        f"The first rows are of the held-out half of {found.reference}; control is what is kept with errors of its "
        "size."
    )
