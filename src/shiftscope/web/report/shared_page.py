"""One page of a study as one file of HTML, which needs nothing beside it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from mimetypes import guess_type

from shiftscope.views.page.panels import Chart, Page, Panel, Picture, inner_panels
from shiftscope.web.html.about import about
from shiftscope.web.html.html import render
from shiftscope.web.html.navigation import Navigation
from shiftscope.web.html.picture_content import Pictured, content_of, data_uri
from shiftscope.web.report.still import still, without_dead_links
from shiftscope.web.server import assets

FRAME = "shared_page.html"
CHARTS = "vendor/vega"  # how the files begin that draw charts, 1 MB that a page without any does not carry


@dataclass(frozen=True)
class Within:
    """Addresses of a page that holds its pictures and static files itself; there is no other page."""

    study: Pictured
    charted: bool  # whether there is a chart on it

    @property
    def live(self) -> bool:
        return False

    def file(self, address: str, *, exactly: bool = False) -> str:
        return ""

    def page(self, address: str) -> str:
        return ""

    def picture(self, picture: Picture) -> str:
        return data_uri(*content_of(self.study, picture))

    def static(self, name: str) -> str:
        if name.startswith(CHARTS) and not self.charted:
            return ""
        return data_uri((assets.FOLDER / name).read_bytes(), guess_type(name)[0] or "text/plain")


def shared_html(page: Page, study: Pictured) -> str:
    """The whole document: pictures and charts are in it, forms are left out, and links are plain text."""
    within = Within(study, _charted(page.panels))
    alone = replace(still(page, within), subtitle=page.subtitle or about(page))
    return without_dead_links(render(alone, Navigation(study.name), within, frame=FRAME))


def _charted(panels: Iterable[Panel]) -> bool:
    return any(isinstance(panel, Chart) or _charted(inner_panels(panel)) for panel in panels)
