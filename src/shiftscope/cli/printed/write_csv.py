"""A table as CSV, into a file or for another program."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd


def write_csv(table: pd.DataFrame, csv: str) -> None:
    """Into the file of that name, or to standard output where it is "-"."""
    from shiftscope.store.disk.asked_file import write_asked_file

    if csv == "-":
        table.to_csv(sys.stdout, index=False)
    else:
        write_asked_file(Path(csv), table.to_csv(index=False))
