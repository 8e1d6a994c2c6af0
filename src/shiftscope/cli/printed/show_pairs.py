"""Accuracy before and after, as the commands that change units print it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from shiftscope.cli.printed.write_csv import write_csv
from shiftscope.percent import percent

if TYPE_CHECKING:
    import pandas as pd


def show_pairs(
    table: pd.DataFrame, title: str, described: Mapping[str, Any], *, csv: str | None, as_json: bool
) -> None:
    """Print a table of pairs; or write it as CSV, or print it as JSON behind what it is `described` by."""
    if csv:
        write_csv(table, csv)
        return
    if as_json:
        rows = json.loads(table.to_json(orient="records"))  # NaN as null
        print(json.dumps({**described, "datasets": rows}, indent=2))
        return
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from shiftscope.cli.printed.name_cell import NameCell
    from shiftscope.statistics.probability import probability

    heads = ("dataset", "labelled", "before", "after", "difference, 95 %", "fixed", "broken", "p")
    shown = Table(*heads, title=Text(title), box=None, padding=(0, 1, 0, 0))  # in 80 columns
    for column in shown.columns[1:]:
        column.no_wrap = True
    for row in table.to_dict("records"):
        cells = (
            str(row["labelled"]),
            percent(row["before"]),
            percent(row["after"]),
            _points(row),
            str(row["fixed"]),
            str(row["broken"]),
            probability(row["p"]) if row["labelled"] else "–",
        )
        shown.add_row(NameCell(row["dataset"]), *map(Text, cells))
    Console().print(shown)


def _points(row: Mapping[Any, Any]) -> str:
    """The difference and its interval, in percentage points."""
    if not row["labelled"]:
        return "–"
    difference, low, high = (f"{100 * row[name]:+.1f}" for name in ("difference", "low", "high"))
    return f"{difference} ({low} to {high})"
