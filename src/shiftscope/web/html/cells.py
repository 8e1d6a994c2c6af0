"""The parts of which a page has hundreds, as HTML: pictures and the cells of tables.

Not templates: one takes two to four times as long.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from functools import lru_cache

from markupsafe import Markup, escape

from shiftscope.views.page.panels import (
    Cell,
    Change,
    Choice,
    Column,
    Link,
    Panel,
    Picture,
    PictureBox,
    PictureMap,
    Span,
    Words,
)
from shiftscope.web.html.addresses import Addresses
from shiftscope.web.html.maps import map_source

_BAR = (
    '<svg class="bar" width="100%" height="100%" aria-hidden="true"><rect width="{}%" height="100%"/></svg>'
)
_BETWEEN_PARTS = re.compile(r"(?<=;) | (?=\()")
_TOLD_APART = re.compile("[&<>'\"]")


def _escaped(text: str) -> str:
    """Text as it may stand in an element or an attribute; markupsafe's own makes an object of each."""
    return text if _TOLD_APART.search(text) is None else str(escape(text))


escaped = lru_cache(maxsize=4096)(_escaped)  # names and explanations come again, addresses do not


def _unbroken(text: str) -> str:
    """Escaped, no number parted from its sign by the end of a line."""
    return escaped(text).replace(" %", "\u00a0%").replace("× ", "×\u00a0")


def bar_width(share: float | None) -> str | None:
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
    """The heading of a panel, the baseline marked as such; nothing where it has neither title nor role.

    `page` is the address that it leads to.
    """
    if not (panel.title or role):
        return Markup()
    text = escaped(panel.title)
    linked = f'<a href="{_escaped(page)}">{text}</a>' if page else text
    behind = ' <span class="role">baseline</span>' if role == "reference" else ""
    return Markup(f"<h{level}>{linked}{behind}</h{level}>\n")


def name(text: str, help: str) -> Markup:
    """A name that explains itself when it is opened, where there is an explanation."""
    return Markup(_term(escaped(text), help) if help else escaped(text))


def term(help: str) -> Markup:
    """The explanation of what stands before it, where there is one."""
    return Markup(_term('<span aria-hidden="true">?</span>', help, "What is this?") if help else "")


def words(text: Words, addresses: Addresses) -> Markup:
    """A sentence with its looks, links and explanations."""
    if isinstance(text, str):
        return Markup(_unbroken(text))
    return Markup("".join([_span(each, addresses) for each in text]))


def looks(text: Words, addresses: Addresses) -> Markup:
    """A sentence with its looks alone: inside of what is clicked itself, nothing else may be."""
    if isinstance(text, str):
        return Markup(_unbroken(text))
    return words([each if isinstance(each, str) else Span(each.text, each.look) for each in text], addresses)


def axis(numbers: Sequence[tuple[float, str]]) -> Markup:
    """The numbers along an axis, over the changes that are drawn on it; nothing where there are none."""
    if not numbers:
        return Markup()
    every_other = len(numbers) > 4 and len(numbers) % 2  # is left out where there is little room
    ticks = [
        f'<text{" class=between" if every_other and number % 2 else ""} x="{_place(at)}" y="13" '
        f'text-anchor="{"end" if at > 0.99 else "middle"}">{escaped(text)}</text>'
        for number, (at, text) in enumerate(numbers)
    ]
    return Markup(f'<svg class="chart" height="18" aria-hidden="true">{"".join(ticks)}</svg>')


def entries(links: Sequence[Link], addresses: Addresses, most: int | None = None) -> Markup:
    """The lines of a menu, `most` at most; links within the same thing share one."""
    return Markup("".join(menu_lines(lines_of(links)[:most], addresses, "", "")))


def lines_left(links: Sequence[Link], most: int) -> int:
    """How many links stand on lines beyond the first `most`."""
    return sum(map(len, lines_of(links)[most:]))


@lru_cache(maxsize=64)
def proposals(words: tuple[str, ...]) -> Markup:
    """What a browser proposes while a field is written in."""
    return Markup("".join([f'<option value="{_escaped(word)}">' for word in words]))


def options(choice: Choice, addresses: Addresses) -> Markup:
    """The lines of a choice's menu."""
    lines = lines_of(choice.options)
    return Markup("".join(menu_lines(lines, addresses, choice.current, ' hx-swap="innerHTML show:none"')))


def menu_lines(of: Sequence[Sequence[Link]], addresses: Addresses, current: str, swap: str) -> list[str]:
    """Each line as HTML; `current` is the text of the link in force."""
    lines = []
    for line in of:
        drawn, kind = "".join([_menu_link(link, addresses, current, swap) for link in line]), ""
        if line[0].within:
            drawn, kind = f"<span>{escaped(line[0].within)}</span>{drawn}", ' class="within"'
        lines.append(f"\n    <li{kind}>{drawn}</li>")
    return lines


def lines_of(links: Sequence[Link]) -> list[list[Link]]:
    """Neighbours of one name share a line."""
    lines: list[list[Link]] = []
    for link in links:
        if link.within and lines and lines[-1][0].within == link.within:
            lines[-1].append(link)
        else:
            lines.append([link])
    return lines


def _menu_link(link: Link, addresses: Addresses, current: str, swap: str) -> str:
    help = f"<small>{escaped(link.help)}</small>" if link.help else ""
    now = ' aria-current="true"' if current and link.text == current else ""
    label = f' aria-label="{escaped(link.text)}"' if link.short else ""
    text = escaped(link.short or link.text)
    return f'<a href="{_escaped(addresses.page(link.page))}"{now}{label}{swap}>{text}{help}</a>'


def _cell(cell: Cell, numeric: bool, addresses: Addresses) -> str:
    width, text = bar_width(cell.bar), escaped(cell.text)
    kind, bar = ' class="numeric"' if numeric else "", ""
    if width:
        kind = f' class="{"numeric" if numeric else ""} barred"'
        bar = _BAR.format(width)
    if cell.page:
        text = f'<a href="{_escaped(addresses.page(cell.page))}">{text}</a>'
        text += _term('<span aria-hidden="true">?</span>', cell.help, "What is this?") if cell.help else ""
    elif cell.help:
        text = _term(text, cell.help)
    if cell.change:
        kind, bar = ' class="change"', _change(cell.change, text)
        text = ""
    note = f"<small>{_in_parts(cell.note)}</small>" if cell.note else ""
    pictures = "".join([_thumbnail(picture, addresses) for picture in cell.pictures]) if cell.pictures else ""
    return f"\n        <td{kind}>{bar}{text}{note}{pictures}</td>"


@lru_cache(maxsize=4096)
def _in_parts(note: str) -> str:
    """Small print that is broken into lines between its parts alone."""
    parts = _BETWEEN_PARTS.split(note)
    if len(parts) == 1:
        return _escaped(note)
    return " ".join([f"<span>{_escaped(part)}</span>" for part in parts])


def _term(shown: str, help: str, label: str = "") -> str:
    named = f' aria-label="{label}"' if label else ""
    return (
        f'<details class="term"><summary{named}>{shown}</summary>'
        f'<span role="note">{escaped(help)}</span></details>'
    )


def _span(span: str | Span, addresses: Addresses) -> str:
    if isinstance(span, str):
        return _unbroken(span)
    text = _term(_unbroken(span.text), span.help) if span.help else _unbroken(span.text)
    if span.page:
        text = f'<a href="{_escaped(addresses.page(span.page))}">{text}</a>'
    return f'<span class="{span.look}">{text}</span>' if span.look else text


def _place(share: float) -> str:
    """A place on an axis, in percent of the width; two are left at each end, so that marks are whole."""
    return f"{2 + 96 * min(max(share, -0.02), 1.02):.4g}%"


def _line(kind: str, start: float, end: float, top: int, bottom: int) -> str:
    return f'<line class="{kind}" x1="{_place(start)}" x2="{_place(end)}" y1="{top}" y2="{bottom}"/>'


def _change(change: Change, text: str) -> str:
    """One line from ring to dot; the interval of the dot over it. `text` stands beside the dot where there is any."""
    parts = [_line("axis" if not math.isnan(change.zero) else "base", 0, 1, 22, 22)]
    for place, kind in ((change.zero, "zero"), (change.chance, "chance")):
        if not math.isnan(place):
            parts.append(_line(kind, place, place, 2, 22))
    both = not (math.isnan(change.before) or math.isnan(change.after))
    if both:
        parts.append(_line("loss", change.before, change.after, 12, 12))
    if not math.isnan(change.before):
        parts.append(
            _line("c-ref ci", change.before, change.before, 1, 23)
            if change.tick
            else f'<circle class="c-ref ring" cx="{_place(change.before)}" cy="12" r="5"/>'
        )
    if not (math.isnan(change.low) or math.isnan(change.high)):
        parts.append(_line("ci", change.low, change.high, 12, 12))
    if not math.isnan(change.after):
        parts.append(f'<circle class="dot" cx="{_place(change.after)}" cy="12" r="5"/>')
    colour = "c-foc" if change.focus else "c-oth"
    label = f' role="img" aria-label="{text}"' if text else ' aria-hidden="true"'
    return f'<svg class="chart {colour}" height="24"{label}>{"".join(parts)}</svg>'


def accuracy(change: Change, text: str, label: str) -> Markup:
    """A case's accuracy: the dot with its interval and number, the loss behind it, the baseline a tick."""
    axis = "".join(_line("axis", x, x, 38, 42) for x in (0, 0.25, 0.5, 0.75, 1))
    anchor = "start" if change.after < 0.12 else "end" if change.after > 0.88 else "middle"
    marks = [
        _line("axis", 0, 1, 38, 38),
        axis,
        _line("chance", change.chance, change.chance, 12, 38),
        "" if math.isnan(change.before) else _line("loss", change.after, change.before, 27, 27),
        "" if math.isnan(change.before) else _line("c-ref ci", change.before, change.before, 16, 38),
        _line("ci", change.low, change.high, 27, 27),
        f'<circle class="dot" cx="{_place(change.after)}" cy="27" r="5.5"/>',
        f'<text class="ink" x="{_place(change.after)}" y="15" text-anchor="{anchor}">{escaped(text)}</text>',
    ]
    return Markup(
        f'<svg class="chart c-foc" height="46" role="img" aria-label="{escaped(label)}">{"".join(marks)}</svg>'
    )


def _thumbnail(picture: Picture, addresses: Addresses) -> str:
    verdict = escaped(f" {picture.verdict}") if picture.verdict else ""
    look = f"{verdict} greyed" if picture.greyed else verdict
    alt = escaped(picture.alt + f" ({picture.verdict})" if picture.verdict else picture.alt)
    if picture.drawn and picture.map:
        kind = "map" if isinstance(picture.map, PictureMap) else "made"
        source = map_source(picture.map)
        inside = f'<span class="{kind}"><img src="{source}" width="56" height="56" alt="{alt}"></span>'
    elif picture.drawn and picture.made:
        address = _escaped(addresses.picture(picture))
        inside = f'<img class="drawn" src="{address}" width="56" height="56" decoding="async" alt="{alt}">'
    elif picture.drawn:
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
        return f'<span class="thumbnail{look}">{inside}</span>'
    # An image that has not been asked for yet is not there for a screen reader, and a link needs a name.
    name = f' aria-label="{alt}"' if 'loading="lazy"' in inside and not picture.caption else ""
    return f'<a class="thumbnail{look}" href="{_escaped(addresses.page(picture.page))}"{name}>{inside}</a>'


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
