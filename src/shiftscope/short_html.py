"""A few lines of HTML for a notebook: a sentence, a small table, pictures in a row."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

SIDE = 32  # pixels of a picture
CELL = 'style="text-align:left;padding:2px 8px"'


@dataclass(frozen=True)
class Strip:
    """Pictures in a row, each as its bytes, its media type and its words."""

    pictures: Sequence[tuple[bytes, str, str]]


def paragraph(text: str) -> str:
    return f'<div style="margin:4px 0">{escape(text)}</div>'


def html_table(heads: Sequence[str], rows: Sequence[Sequence[str | Strip]]) -> str:
    """A table whose text stands as it is, whatever it holds."""
    head = "".join(f"<th {CELL}>{escape(each)}</th>" for each in heads)
    body = "".join(f"<tr>{''.join(map(_cell, row))}</tr>" for row in rows)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _cell(cell: str | Strip) -> str:
    if isinstance(cell, str):
        return f"<td {CELL}>{escape(cell)}</td>"
    drawn = "".join(
        f'<img style="height:{SIDE}px;margin:1px" alt="{escape(alt)}" '
        f'src="data:{escape(media_type)};base64,{b64encode(content).decode()}">'
        for content, media_type, alt in cell.pictures
    )
    return f"<td {CELL}>{drawn}</td>"
