"""From a page to HTML: each panel kind is drawn by the template of its name."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, MutableMapping
from functools import cache
from importlib.metadata import version
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from jinja2 import Environment, FileSystemBytecodeCache, PackageLoader, StrictUndefined
from markupsafe import Markup

from shiftscope.text import plain_text
from shiftscope.views.page.panels import Link, Page, Panel, Table, inner_panels
from shiftscope.web.html.addresses import Addresses
from shiftscope.web.html.cells import (
    accuracy,
    axis,
    entries,
    lines_left,
    lines_of,
    looks,
    name,
    options,
    proposals,
    rows,
    term,
    thumbnail,
    title,
    words,
)
from shiftscope.web.html.charts import height, packed
from shiftscope.web.html.curves import curves
from shiftscope.web.html.durations import duration, progress_text
from shiftscope.web.html.lines import drawn_lines
from shiftscope.web.html.matrices import drawing
from shiftscope.web.html.navigation import Navigation
from shiftscope.web.html.sketches import sketch_svg


def render(page: Page, around: Navigation, addresses: Addresses, *, frame: str = "page.html") -> str:
    """A whole document; `frame` is the template around the panels."""
    numbers = {id(table): number for number, table in enumerate(tables(page.panels))}
    drawn = _templates.get_template(frame).render(
        page=page,
        around=around,
        addresses=addresses,
        panels=[draw(panel, addresses, numbers=numbers) for panel in page.panels],
    )
    return plain_text(drawn)


def tables(panels: Iterable[Panel]) -> Iterator[Table]:
    """The tables of a page in the order drawn; their place in it is their number when they are downloaded."""
    for panel in panels:
        if isinstance(panel, Table):
            yield panel
        yield from tables(inner_panels(panel))


def draw(
    panel: Panel, addresses: Addresses, level: int = 2, *, numbers: Mapping[int, int] | None = None
) -> Markup:
    """One panel, its title a heading of `level`.

    `numbers` holds the place of each table on the page by its identity.
    """

    def inner(child: Panel) -> Markup:
        return draw(child, addresses, level + 1 if panel.title else level, numbers=numbers)

    template = _templates.get_template(_template_of(type(panel).__name__))
    number = (numbers or {}).get(id(panel), 0)
    return Markup(template.render(panel=panel, addresses=addresses, level=level, draw=inner, number=number))


@cache
def _template_of(kind: str) -> str:
    return f"_{re.sub(r'(?<!^)(?=[A-Z])', '_', kind).lower()}.html"


def query_of(address: str) -> list[tuple[str, str]]:
    """Names and values in the query of an address, which a form sends along as hidden fields."""
    return parse_qsl(urlsplit(address).query)


def _compiled_before() -> FileSystemBytecodeCache | None:
    """Compiled templates in the user's own temporary folder: a tenth of a second of the first page."""
    try:
        return FileSystemBytecodeCache()
    except (RuntimeError, OSError):  # no such folder that is the user's alone
        return None


class _Templates(Environment):
    def make_globals(self, globals: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        """As one mapping: each of a page's many panels copies it, and of two chained ones that takes ten times as
        long."""
        return {**self.globals, **(globals or {})}


_templates = _Templates(
    loader=PackageLoader("shiftscope.web"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    auto_reload=False,  # a page asks for a hundred templates; each time the file would be looked at
    bytecode_cache=_compiled_before(),
)
_templates.globals.update(
    packed=packed,
    height=height,
    Link=Link,
    drawing=drawing,
    query_of=query_of,
    lines_of=lines_of,
    thumbnail=thumbnail,
    rows=rows,
    entries=entries,
    lines_left=lines_left,
    name=name,
    term=term,
    words=words,
    looks=looks,
    axis=axis,
    sketch_svg=sketch_svg,
    accuracy=accuracy,
    curves=curves,
    lines=drawn_lines,
    title=title,
    options=options,
    proposals=proposals,
    tuple=tuple,
    duration=duration,
    progress_text=progress_text,
    version=version("shiftscope"),
)
_templates.policies["json.dumps_kwargs"] = {"allow_nan": False, "separators": (",", ":")}
