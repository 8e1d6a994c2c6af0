"""Pages in a notebook: HTML that stays whole in a notebook that somebody else sent.

There only images from data addresses and inline style are kept: no style sheet, no drawing of the page's own, no
script. Links would lead nowhere, since no server answers.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from shiftscope.errors import NotInStudy, closest
from shiftscope.store.disk.asked_file import write_asked_file
from shiftscope.store.stored_study import StoredStudy
from shiftscope.views.page.panels import (
    Chart,
    Computation,
    Filter,
    Matrix,
    Page,
    Panel,
    Picture,
    inner_panels,
    plain,
)
from shiftscope.web.html.about import about
from shiftscope.web.html.cells import bar_width
from shiftscope.web.html.charts import prepared
from shiftscope.web.html.maps import map_source
from shiftscope.web.html.matrices import drawing
from shiftscope.web.html.picture_content import content_of, data_uri
from shiftscope.web.notebook.chart_image import chart_svg
from shiftscope.web.notebook.figure import Figure
from shiftscope.web.notebook.page_charts import page_charts

ROWS = 20  # of a table
PICTURES = 24  # of a strip
UNANSWERED = Filter, Computation  # panels that ask, which nobody hears here
DRAWN_BY = "pip install 'shiftscope[figures]' draws it here; ss.view(study) draws it in the viewer."
_NO_XML = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, repr=False)
class Shown:
    """A page of a study that draws itself in a notebook; `page` holds what it shows, as plain data."""

    page: Page
    study: StoredStudy = field(compare=False)

    def __repr__(self) -> str:
        titles = [title for panel in self.page.panels if (title := panel.title or _inner_titles(panel))]
        return f"<{self.page.title}: {'; '.join(titles)}>" if titles else f"<{self.page.title}>"

    def _repr_html_(self) -> str:
        return notebook_html(self.page, self.study)

    def save(self, path: str | Path) -> None:
        """Write the page as one file of HTML that opens anywhere, without a server and without network.

        Raises
        ------
        BadRequest
            The file cannot be written.
        """
        from shiftscope.web.report.shared_page import shared_html

        write_asked_file(Path(path), shared_html(self.page, self.study))

    @property
    def charts(self) -> list[str]:
        """Names of the page's charts, folded ones too."""
        return list(page_charts(self.page))

    def chart(self, name: str) -> Figure:
        """One of the page's charts as Vega-Lite, from the numbers that the page draws.

        Raises
        ------
        NotInStudy
            The page has no such chart.
        """
        found = page_charts(self.page)
        if name not in found:
            there = (
                f"closest: {closest(str(name), found)}. There are: {', '.join(found)}."
                if found
                else "it has none."
            )
            raise NotInStudy(f"no chart {name!r} on the page {self.page.title!r}; {there}")
        drawn = found[name]
        spec = without_pages(prepared(drawn.spec, Inside(self.study)))
        return Figure.of(name, spec, drawn.title, about(self.page))


def without_pages(value: Any) -> Any:
    """A specification whose data lead nowhere."""
    if isinstance(value, dict):
        return {name: without_pages(inner) for name, inner in value.items() if name != "page"}
    return [without_pages(inner) for inner in value] if isinstance(value, list) else value


def notebook_html(page: Page, study: StoredStudy) -> str:
    """The page as one fragment of HTML that needs nothing beside it.

    Tables end after 20 rows and strips after 24 pictures, and say so.
    """
    inside = Inside(study)
    return _templates.get_template("notebook_page.html").render(
        page=page, panels=[_draw(panel, inside) for panel in page.panels if not isinstance(panel, UNANSWERED)]
    )


@dataclass(frozen=True)
class Inside:
    """Addresses for templates when everything lies in the fragment itself."""

    study: StoredStudy

    @property
    def live(self) -> bool:
        return False

    def page(self, address: str) -> str:
        return ""

    def picture(self, picture: Picture) -> str:
        content, media_type = content_of(self.study, picture)
        whole = data_uri(content, media_type)
        if picture.box is None:
            return whole
        template = _templates.get_template("notebook_boxed.svg")
        sharp = media_type == "image/png"
        return data_uri(template.render(box=picture.box, source=whole, sharp=sharp).encode(), "image/svg+xml")

    def static(self, name: str) -> str:
        return ""


def _draw(panel: Panel, inside: Inside) -> Markup:
    kind = re.sub(r"(?<!^)(?=[A-Z])", "_", type(panel).__name__).lower()

    def inner(child: Panel) -> Markup:
        return Markup() if isinstance(child, UNANSWERED) else _draw(child, inside)

    template = _templates.select_template([f"notebook_{kind}.html", "notebook_other.html"])
    return Markup(
        template.render(
            panel=panel, addresses=inside, draw=inner, image=_image(panel, inside), words=DRAWN_BY
        )
    )


def _image(panel: Panel, inside: Inside) -> str:
    """A chart or matrix as the address of an image; empty for what is none, or cannot be drawn here."""
    svg: str | None = None
    if isinstance(panel, Chart):
        svg = chart_svg(prepared(panel.spec, inside))
    elif isinstance(panel, Matrix):
        drawn = drawing(panel, inside)
        template = _templates.get_template("notebook_matrix.svg")
        svg = None if drawn.empty else template.render(panel=panel, drawn=drawn)
    return data_uri(_NO_XML.sub("\ufffd", svg).encode(), "image/svg+xml") if svg else ""


def _inner_titles(panel: Panel) -> str:
    return "; ".join(child.title for child in inner_panels(panel) if child.title)


_templates = Environment(
    loader=PackageLoader("shiftscope.web"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_templates.filters["bar_width"] = bar_width
_templates.globals.update(most_rows=ROWS, most_pictures=PICTURES, plain=plain, map_source=map_source)
