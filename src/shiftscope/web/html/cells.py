"""The parts of which a page has hundreds, as HTML: pictures and the cells of tables.

Not templates: one takes two to four times as long.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from functools import lru_cache

from markupsafe import Markup, escape

from shiftscope.views.page.panels import Cell, Choice, Column, Link, Panel, Picture, PictureBox
from shiftscope.web.html.addresses import Addresses

_BAR = (
    '<svg class="bar" width="100%" height="100%" aria-hidden="true"><rect width="{}%" height="100%"/></svg>'
)
_TOLD_APART = re.compile("[&<>'\"]")


def _escaped(text: str) -> str:
    """Text as it may stand in an element or an attribute; markupsafe's own makes an object of each."""
    return text if _TOLD_APART.search(text) is None else str(escape(text))


escaped = lru_cache(maxsize=4096)(_escaped)  # names and explanations come again, addresses do not


def percent(share: float | None) -> str | None:
    """A share as the width of a bar, within its cell; None where there is nothing to draw."""
    if share is None or math.isnan(share):
        return None
    return f"{100 * min(max(share, 0.0), 1.0):.4g}"


def thumbnail(picture: Picture, addresses: Addresses) -> Markup:
    """A sample's picture, or words where it has none, leading to its page."""
    return Markup(_thumbnail(picture, addresses))


def rows(table_rows: Sequence[Sequence[Cell]], columns: Sequence[Column], addresses: Addresses) -> Markup:
    """The body of a table; a bar behind a number is its share of one."""
    numeric = [column.numeric for column in columns]
    lines = []
    for row in table_rows:
        lines.append("\n      <tr>")
        lines += [_cell(cell, number, addresses) for cell, number in zip(row, numeric, strict=True)]
        lines.append("\n      </tr>")
    return Markup("".join(lines))


def title(panel: Panel, level: int, role: str | None = None, page: str = "") -> Markup:
    """The heading of a panel and the line's end behind it; nothing where it has neither title nor role.

    `page` is the address that it leads to.
    """
    if not (panel.title or role):
        return Markup()
    text = escaped(panel.title)
    linked = f'<a href="{_escaped(page)}">{text}</a>' if page else text
    behind = f' <span class="role">{escaped(role)}</span>' if role else ""
    return Markup(f"<h{level}>{linked}{behind}</h{level}>\n")


def name(text: str, help: str) -> Markup:
    """A name that explains itself, where there is an explanation."""
    shown = escaped(text)
    return Markup(f'<span class="help" title="{escaped(help)}">{shown}</span>' if help else shown)


def entries(links: Sequence[Link], addresses: Addresses) -> Markup:
    """The lines of a menu."""
    lines = []
    for link in links:
        help = f' title="{escaped(link.help)}"' if link.help else ""
        lines.append(
            f'\n    <li><a href="{_escaped(addresses.page(link.page))}"{help}>{escaped(link.text)}</a></li>'
        )
    return Markup("".join(lines))


def options(choice: Choice, addresses: Addresses, before: str, after: str) -> Markup:
    """The links of a choice, each between `before` and `after`, which are HTML."""
    lines = []
    for option in choice.options:
        help = f' title="{escaped(option.help)}"' if option.help else ""
        current = ' aria-current="true"' if option.text == choice.current else ""
        lines.append(
            f'{before}<a href="{_escaped(addresses.page(option.page))}"{help}{current} hx-swap="innerHTML show:none">'
            f"{escaped(option.text)}</a>{after}"
        )
    return Markup("".join(lines))


def _cell(cell: Cell, numeric: bool, addresses: Addresses) -> str:
    width, text = percent(cell.bar), escaped(cell.text)
    kind, bar = ' class="numeric"' if numeric else "", ""
    if width:
        kind = f' class="{"numeric" if numeric else ""} barred"'
        bar = _BAR.format(width)
    if cell.page:
        help = f' title="{escaped(cell.help)}"' if cell.help else ""
        text = f'<a href="{_escaped(addresses.page(cell.page))}"{help}>{text}</a>'
    elif cell.help:
        text = f'<span class="help" title="{escaped(cell.help)}">{text}</span>'
    note = f"<small>{escaped(cell.note)}</small>" if cell.note else ""
    pictures = "".join([_thumbnail(picture, addresses) for picture in cell.pictures]) if cell.pictures else ""
    return f"\n        <td{kind}>{bar}{text}{note}{pictures}</td>"


def _thumbnail(picture: Picture, addresses: Addresses) -> str:
    verdict = escaped(f" {picture.verdict}") if picture.verdict else ""
    alt = escaped(picture.alt + f" ({picture.verdict})" if picture.verdict else picture.alt)
    if picture.drawn:
        address = _escaped(addresses.picture(picture))
        if picture.box and picture.box.cropped:
            inside = _crop(picture.box, address, alt)
        else:
            inside = (
                f'<img src="{address}" width="56" height="56" loading="lazy" decoding="async" alt="{alt}">'
            )
            if picture.box:
                inside = f'<span class="frame">{inside}{_frame(picture.box)}</span>'
    else:
        inside = f'<span class="words">{picture.position}: {alt}</span>'
    if picture.caption:
        inside += f'<span class="caption">{escaped(picture.caption)}</span>'
    if not picture.page:
        return f'<span class="thumbnail{verdict}">{inside}</span>'
    return f'<a class="thumbnail{verdict}" href="{_escaped(addresses.page(picture.page))}">{inside}</a>'


def _frame(box: PictureBox) -> str:
    """Lines around a part of a picture, to be laid over it."""
    left, top, width, height = (f"{pixels:.6g}" for pixels in box.pixels)
    at = f'x="{left}" y="{top}" width="{width}" height="{height}"'
    return (
        f'<svg class="place" viewBox="0 0 {box.columns} {box.rows}" aria-hidden="true">'
        f'<rect class="under" {at}/><rect {at}/></svg>'
    )


def _crop(box: PictureBox, address: str, alt: str) -> str:
    """A part of a picture alone; where it is not square, with what of the picture lies around it."""
    shown = " ".join(f"{pixels:.6g}" for pixels in box.pixels)
    return (
        f'<svg class="crop" viewBox="{shown}" role="img" aria-label="{alt}">'
        f'<image href="{address}" width="{box.columns}" height="{box.rows}" preserveAspectRatio="none"/></svg>'
    )
