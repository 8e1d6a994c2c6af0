"""From a page to HTML: each panel kind is drawn by the template of its name."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Mapping
from importlib.metadata import version
from urllib.parse import parse_qsl, urlsplit

from jinja2 import Environment, FileSystemBytecodeCache, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from shiftscope.views.panels import Columns, Page, Panel, Picture, Table
from shiftscope.web.addresses import Addresses
from shiftscope.web.charts import height, packed
from shiftscope.web.matrices import drawing
from shiftscope.web.surroundings import Surroundings


def render(page: Page, around: Surroundings, addresses: Addresses, *, frame: str = "page.html") -> str:
    """A whole document; `frame` is the template around the panels."""
    numbers = {id(table): number for number, table in enumerate(tables(page.panels))}
    return _templates.get_template(frame).render(
        page=page,
        around=around,
        addresses=addresses,
        panels=[draw(panel, addresses, numbers=numbers) for panel in page.panels],
    )


def tables(panels: Iterable[Panel]) -> Iterator[Table]:
    """The tables of a page in the order drawn; their place in it is their number when they are downloaded."""
    for panel in panels:
        if isinstance(panel, Columns):
            yield from tables(panel.panels)
        elif isinstance(panel, Table):
            yield panel


def draw(
    panel: Panel, addresses: Addresses, level: int = 2, *, numbers: Mapping[int, int] | None = None
) -> Markup:
    """One panel, its title a heading of `level`.

    `numbers` holds the place of each table on the page by its identity.
    """
    name = re.sub(r"(?<!^)(?=[A-Z])", "_", type(panel).__name__).lower()

    def inner(child: Panel) -> Markup:
        return draw(child, addresses, level + 1 if panel.title else level, numbers=numbers)

    template = _templates.get_template(f"_{name}.html")
    number = (numbers or {}).get(id(panel), 0)
    return Markup(template.render(panel=panel, addresses=addresses, level=level, draw=inner, number=number))


def thumbnail(picture: Picture, addresses: Addresses) -> Markup:
    """A sample's picture, or words where it has none, leading to its page.

    Not a template: a page has hundreds of them, and a macro takes more than twice as long.
    """
    verdict = f" {picture.verdict}" if picture.verdict else ""
    alt = f"{picture.alt} ({picture.verdict})" if picture.verdict else picture.alt
    if picture.drawn:
        address = escape(addresses.picture(picture))
        inside = f'<img src="{address}" width="56" height="56" loading="lazy" decoding="async" alt="{escape(alt)}">'
    else:
        inside = f'<span class="words">{picture.position}: {escape(alt)}</span>'
    if picture.caption:
        inside += f'<span class="caption">{escape(picture.caption)}</span>'
    if not picture.page:
        return Markup(f'<span class="thumbnail{escape(verdict)}">{inside}</span>')
    page = escape(addresses.page(picture.page))
    return Markup(f'<a class="thumbnail{escape(verdict)}" href="{page}">{inside}</a>')


def query_of(address: str) -> list[tuple[str, str]]:
    """Names and values in the query of an address, which a form sends along as hidden fields."""
    return parse_qsl(urlsplit(address).query)


def percent(share: float | None) -> str | None:
    """A share as the width of a bar, within its cell; None where there is nothing to draw."""
    if share is None or math.isnan(share):
        return None
    return f"{100 * min(max(share, 0.0), 1.0):.4g}"


def _compiled_before() -> FileSystemBytecodeCache | None:
    """Compiled templates in the user's own temporary folder: a tenth of a second of the first page."""
    try:
        return FileSystemBytecodeCache()
    except (RuntimeError, OSError):  # no such folder that is the user's alone
        return None


_templates = Environment(
    loader=PackageLoader("shiftscope.web"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    bytecode_cache=_compiled_before(),
)
_templates.filters["percent"] = percent
_templates.globals.update(
    packed=packed,
    height=height,
    drawing=drawing,
    query_of=query_of,
    thumbnail=thumbnail,
    version=version("shiftscope"),
)
_templates.policies["json.dumps_kwargs"] = {"allow_nan": False, "separators": (",", ":")}
