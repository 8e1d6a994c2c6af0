"""A table of a page as a file: CSV for spreadsheets, Parquet for programs."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from numbers import Integral, Real
from typing import Any

import pyarrow as pa

from shiftscope.percent import NOTHING
from shiftscope.text import harmless, plain_text
from shiftscope.views.page.panels import Cell, Table

Value = float | int | str | None


def panel_table(panel: Table) -> pa.Table:
    """What a table of a page says, without pictures.

    Returns
    -------
    pyarrow.Table
        A column for each of the panel's that has more than pictures, under its key or name or, where that is taken,
        the name and a number. Numbers where every cell has one (text of a numeric column is read as such if all of it
        can be), null where there was nothing to measure; text otherwise. The numbers that the small print of its cells
        says follow, as `novelty_low`, each in a column of its own, in place of a text that says nothing else; of other
        cells the small print.
    """
    columns: dict[str, pa.Array] = {}
    keys = {column.key for column in panel.columns}
    for place, column in enumerate(panel.columns):
        cells = [row[place] for row in panel.rows]
        name = plain_text(column.key or column.name) or f"column {place + 1}"
        if any(map(_says, cells)) or not any(cell.pictures or cell.parts for cell in cells):
            columns[_free(name, columns)] = _typed([_value(cell) for cell in cells], numeric=column.numeric)
        for part in dict.fromkeys(part for cell in cells for part in cell.parts):
            if f"{name}_{part}" not in keys:  # else it has a column that is shown
                numbers = [cell.parts.get(part) for cell in cells]
                columns[_free(f"{name}_{part}", columns)] = _typed(numbers, numeric=True)
        notes = ["" if cell.parts else cell.note for cell in cells]
        if any(notes):
            columns[_free(f"{name} (note)", columns)] = _texts(notes)
    return pa.table(columns)


def as_csv(table: pa.Table) -> bytes:
    """UTF-8 with a header line, and no cell that a spreadsheet would compute."""
    from pyarrow import csv

    with pa.BufferOutputStream() as sink:
        if table.num_columns:  # the writer needs one
            csv.write_csv(harmless(table), sink)
        return bytes(sink.getvalue())


def as_parquet(table: pa.Table) -> bytes:
    """Every column as it is: text stays what it was, for programs compute no cells."""
    from pyarrow import parquet

    with pa.BufferOutputStream() as sink:
        parquet.write_table(table, sink)
        return bytes(sink.getvalue())


def _says(cell: Cell) -> bool:
    """Whether it has a value of its own: text is none where all its numbers are parts."""
    return cell.value is not None or bool(cell.text and not cell.parts)


def _value(cell: Cell) -> Value:
    if cell.value is None:
        return None if cell.pictures and not cell.text else cell.text
    return cell.value


def _typed(values: Sequence[Value], *, numeric: bool) -> pa.Array:
    numbers = [_number(value, from_text=numeric) for value in values]
    known = [number for number in numbers if number is not None]
    if len(known) < len(values) or not (numeric or any(isinstance(value, Real) for value in values)):
        return _texts(values)
    measured = [number for number in known if not math.isnan(number)]
    whole = bool(measured) and all(isinstance(number, int) for number in measured)
    kept = [None if math.isnan(number) else number if whole else float(number) for number in known]
    return pa.array(kept, pa.int64() if whole else pa.float64())


def _number(value: Value, *, from_text: bool) -> float | None:
    """A value as an integer of 64 bits or a float, NaN where it says nothing; None for other text."""
    if value is None or value in ("", NOTHING):
        return float("nan")
    if isinstance(value, Integral) and -(2**63) <= value < 2**63:
        return int(value)
    if isinstance(value, Real):
        return float(value)
    if not from_text:
        return None
    # As views/numbers.py writes them: a true minus, thousands apart by a thin space.
    text = str(value).replace("−", "-").replace("\u202f", "")
    try:
        return int(text) if text.lstrip("+-").isdecimal() and len(text) < 18 else float(text)
    except ValueError:
        return None


def _texts(values: Sequence[Any]) -> pa.Array:
    return pa.array([None if value is None else plain_text(str(value)) for value in values], pa.string())


def _free(name: str, taken: Iterable[str]) -> str:
    """`name`, or the first of "name (2)", "name (3)" ... that is not taken, whatever the case."""
    number, unused, used = 1, name, {other.casefold() for other in taken}
    while unused.casefold() in used:
        number += 1
        unused = f"{name} ({number})"
    return unused
