"""Tables and their cells on the terminal."""

from __future__ import annotations

from math import isnan
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd
    from rich.text import Text


def print_table(table: pd.DataFrame, title: str) -> None:
    """Numbers to three digits, a dash where there is none."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    printed = Table(
        *(str(name).replace("_", " ") for name in table), title=Text(title), box=None, padding=(0, 1, 0, 0)
    )
    for row in table.itertuples(index=False):
        printed.add_row(*(_text(cell) for cell in row))
    Console().print(printed)


def _text(cell: object) -> Text:
    from rich.text import Text

    if not isinstance(cell, float):
        return Text(str(cell))
    return Text("–" if isnan(cell) else f"{cell:.3g}")
