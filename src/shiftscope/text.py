"""Text that comes from data, as tables and spreadsheets may hold it."""

from __future__ import annotations

import pyarrow as pa

# A spreadsheet takes a cell that begins so for a formula and computes it; the full-width twins too.
FORMULA = r"\A[=+\-@\t\r\n＝＋－＠]"


def harmless(table: pa.Table) -> pa.Table:
    """A table for a spreadsheet: an apostrophe before text that would be a formula, nothing in place of NaN."""
    return pa.table(
        [_harmless(column) for column in table.columns],
        names=_harmless(pa.array(table.column_names, pa.string())).to_pylist(),
    )


def plain_text(text: str) -> str:
    """Text that UTF-8 can hold: half a surrogate pair, as JSON allows it, becomes a question mark."""
    return text.encode("utf-8", "replace").decode()


def _harmless(column: pa.Array | pa.ChunkedArray) -> pa.Array | pa.ChunkedArray:
    from pyarrow import compute

    if pa.types.is_floating(column.type):
        return compute.if_else(compute.is_nan(column), pa.scalar(None, column.type), column)
    if not (pa.types.is_string(column.type) or pa.types.is_large_string(column.type)):
        return column
    marked = compute.binary_join_element_wise(pa.scalar("'", column.type), column, pa.scalar("", column.type))
    return compute.if_else(compute.match_substring_regex(column, FORMULA), marked, column)
