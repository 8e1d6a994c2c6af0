"""Tables of a page as files, and the file that it gives."""

from __future__ import annotations

import re
from typing import Literal

from starlette.responses import Response

from shiftscope.errors import NotInStudy
from shiftscope.views.page.panels import Page
from shiftscope.web.html.downloads import as_csv, as_parquet, panel_table
from shiftscope.web.html.html import tables
from shiftscope.web.html.picture_content import Pictured
from shiftscope.web.report.shared_page import shared_html
from shiftscope.web.server import assets


def downloaded(page: Page, number: int, kind: Literal["csv", "parquet", "file"]) -> Response:
    """One table of a page as a file, with every row it has; or the page's own file."""
    if kind == "file":
        if page.file is None:
            raise NotInStudy(f"no file on this page, {page.title!r}.")
        return _attached(page.file.content(), page.file.media_type, page.file.name)
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
    return _attached(content, media_type, f"{_file_name(f'{page.title} {table.title}')}.{kind}")


def shared(page: Page, study: Pictured) -> Response:
    """The whole page as one file."""
    return _attached(shared_html(page, study), "text/html; charset=utf-8", f"{_file_name(page.title)}.html")


def _file_name(text: str) -> str:
    return re.sub(r"[^A-Za-z0-9.]+", "-", text).strip("-.")[:100] or "table"


def _attached(content: bytes | str, media_type: str, name: str) -> Response:
    """`name` of letters, digits, points and dashes."""
    headers = {
        "Content-Disposition": f'attachment; filename="{name}"',
        "Cache-Control": assets.ALWAYS_ASK,
    }
    return Response(content, media_type=media_type, headers=headers)
