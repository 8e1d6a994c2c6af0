"""Tables of a page as files."""

from __future__ import annotations

import re
from typing import Literal

from starlette.responses import Response

from shiftscope.errors import NotInStudy
from shiftscope.views.page.panels import Page
from shiftscope.web.html.downloads import as_csv, as_parquet, panel_table
from shiftscope.web.html.html import tables
from shiftscope.web.server import assets


def downloaded(page: Page, number: int, kind: Literal["csv", "parquet"]) -> Response:
    """One table of a page as a file, with every row it has."""
    found = list(tables(page.panels))
    if not 0 <= number < len(found):
        raise NotInStudy(f"no table {number} on this page, which has {len(found)}.")
    shown = found[number]
    table = shown.whole() if shown.whole else shown
    rows = panel_table(table)
    content, media_type = (
        (as_csv(rows), "text/csv; charset=utf-8")
        if kind == "csv"
        else (as_parquet(rows), "application/vnd.apache.parquet")
    )
    words = re.sub(r"[^A-Za-z0-9.]+", "-", f"{page.title} {table.title}").strip("-.")[:100] or "table"
    headers = {
        "Content-Disposition": f'attachment; filename="{words}.{kind}"',
        "Cache-Control": assets.ALWAYS_ASK,
    }
    return Response(content, media_type=media_type, headers=headers)
