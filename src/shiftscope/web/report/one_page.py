"""One page that belongs to no study's report, as a folder that opens from the file system."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from shiftscope.errors import BadRequest
from shiftscope.store.disk.atomic import remove_folder, write_json
from shiftscope.views.page.panels import Page, Picture
from shiftscope.web.html.html import render
from shiftscope.web.html.navigation import Navigation
from shiftscope.web.report.contents import INDEX
from shiftscope.web.report.filed import LICENSES, STATIC
from shiftscope.web.report.report import FORMAT, FRAME, MARK, refuse_taken
from shiftscope.web.report.still import without_dead_links
from shiftscope.web.server import assets


@dataclass(frozen=True)
class Alone:
    """Addresses of a page without others and without pictures; static files are copied beside it."""

    folder: Path

    @property
    def live(self) -> bool:
        return False

    def page(self, address: str) -> str:
        return ""

    def picture(self, picture: Picture) -> str:
        raise BadRequest(f"a page alone has no images, and its address asks for one of {picture.dataset!r}.")

    def static(self, name: str) -> str:
        for wanted in (name, LICENSES):
            file = self.folder / STATIC / wanted
            if not file.exists():
                file.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(assets.FOLDER / wanted, file)
        return f"{STATIC}/{name}"


def write_page(page: Page, folder: Path, title: str) -> Path:
    """Write the page, and return the file to open.

    Raises
    ------
    BadRequest
        `folder` is a file, lies in or holds a study, or holds something that is no report.
    """
    folder = Path(os.path.abspath(folder))
    refuse_taken(folder)
    aside = folder.with_name(f".{folder.name}.{os.getpid()}.part")
    try:
        aside.mkdir(parents=True)
        html = render(page, Navigation(title), Alone(aside), frame=FRAME)
        (aside / INDEX).write_text(without_dead_links(html), "utf-8")
        write_json(aside / MARK, {"format": FORMAT, "title": title})
        remove_folder(folder)
        aside.replace(folder)
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    return folder / INDEX
