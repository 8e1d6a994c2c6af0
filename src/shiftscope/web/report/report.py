"""Write a study as a folder that opens from the file system, without a server and without network."""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from shiftscope.errors import BadRequest
from shiftscope.progress import bar, silent
from shiftscope.store.disk.asked_file import refuse_no_folder
from shiftscope.store.disk.atomic import remove_folder, write_json
from shiftscope.store.layout import MANIFEST
from shiftscope.store.stored_study import StoredStudy
from shiftscope.views.page.panels import Link, Page
from shiftscope.web.html.html import render
from shiftscope.web.html.navigation import Navigation, navigation
from shiftscope.web.report.contents import INDEX, METHODS, PROVENANCE, Contents, contents
from shiftscope.web.report.filed import Filed, Kept
from shiftscope.web.report.methods import methods, provenance
from shiftscope.web.report.still import still, without_dead_links
from shiftscope.web.server.page_at import page_at

FORMAT = 1
MARK = "report.json"  # says that a folder is a report of ours, and what it was made of
FRAME = "report_page.html"


@dataclass(frozen=True)
class Report:
    """A report that was written."""

    folder: Path
    pages: int
    size: int  # bytes

    @property
    def index(self) -> Path:
        """The file to open."""
        return self.folder / INDEX

    def __repr__(self) -> str:
        return f"Report in {self.folder}: {self.pages} pages, {self.size / 1e6:.1f} MB; open {self.index}"


def report(
    study: StoredStudy,
    folder: str | Path,
    *,
    units: int = 20,
    layers: Sequence[str] | None = None,
    title: str | None = None,
    overwrite: bool = False,
    progress: bool = True,
) -> Report:
    """Write overview, datasets, layers, the most shifted units, interventions, the worst categories and
    confusions, and the methods.

    Parameters
    ----------
    folder
        Written aside and renamed when it is whole. A report that is there is replaced.
    units
        Of each layer and shifted dataset, the units of largest novelty; and of each layer as many of which pictures are
        kept.
    layers
        Whose units are shown; all unless given.
    title
        Of the report; the study's name unless given.
    overwrite
        Replace a folder that is no report.

    Raises
    ------
    NotInStudy
        A layer that the study does not have.
    BadRequest
        Nothing is recorded, no layer or fewer than one unit is asked for, or `folder` is taken.
    """
    if units < 1:
        raise BadRequest(f"units={units}; a report shows at least 1 of each layer and shifted dataset.")
    if layers is not None and not layers:
        raise BadRequest("layers=[] names no layer; leave it out for all, or name some.")
    shown = [study.layer(name).name for name in layers or study.layers]
    held = contents(study, shown, units)
    folder = Path(os.path.abspath(folder))
    refuse_taken(folder, overwrite=overwrite)
    chosen = {"layers": ", ".join(shown), "units of each layer and shifted dataset": units}
    aside = folder.with_name(f".{folder.name}.{os.getpid()}.part")
    try:
        aside.mkdir(parents=True)
        kept, name = Kept(study, aside), title or study.name
        around = _around(study, held, name)
        with (bar if progress else silent)("report", 0, len(held.files), "pages") as advance:
            for address, file in held.files.items():
                page = _named(_page(study, held, address, chosen), study.name, name)
                filed = Filed(held, kept, "../" * file.count("/"))
                html = render(still(page, held), around, filed, frame=FRAME)
                (aside / file).parent.mkdir(exist_ok=True)
                (aside / file).write_text(without_dead_links(html), "utf-8")
                advance(1)
        made_of = {"format": FORMAT, "title": name, "study": study.manifest.model, "pages": dict(held.files)}
        write_json(aside / MARK, made_of)
        remove_folder(folder)
        aside.replace(folder)
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    size = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
    return Report(folder, len(held.files), size)


def _page(study: StoredStudy, held: Contents, address: str, chosen: dict[str, object]) -> Page:
    if address == METHODS:
        return methods(held.selection)
    return provenance(held.selection, chosen) if address == PROVENANCE else page_at(study, address)


def _named(page: Page, study: str, title: str) -> Page:
    """The page under the report's title, where it bears the study's name."""
    trail = [replace(link, text=title) if link.text == study else link for link in page.trail]
    return replace(page, trail=trail, title=title if page.title == study else page.title)


def _around(study: StoredStudy, held: Contents, title: str) -> Navigation:
    """The menus, of what is in the report."""
    whole = navigation(study)

    def there(links: Sequence[Link]) -> list[Link]:
        return [link for link in links if held.file(link.page)]

    return Navigation(
        title,
        layers=there(whole.layers),
        datasets=there(whole.datasets),
        categories=there(whole.categories),
        questions=there(whole.questions),
    )


def refuse_taken(folder: Path, *, overwrite: bool = False) -> None:
    """Raise `BadRequest` where writing a report would remove something that is no report, or go into a study or where
    nothing may be written."""
    resolved = folder.resolve()
    if any((above / MANIFEST).exists() for above in resolved.parents):
        raise BadRequest(f"{folder} lies in a study; a report goes into a folder of its own.")
    refuse_no_folder(folder.parent)
    if not folder.exists():
        return
    if not folder.is_dir():
        raise BadRequest(f"{folder} is a file; a report is a folder. Choose another path.")
    if next(folder.rglob(MANIFEST), None):
        raise BadRequest(f"{folder} is or holds a study; a report goes into a folder of its own.")
    if any(folder.iterdir()) and not (folder / MARK).exists() and not overwrite:
        raise BadRequest(
            f"{folder} is not empty and is no report. Choose another folder, or replace it with overwrite=True."
        )
