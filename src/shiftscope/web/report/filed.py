"""Where the pages of a report find each other, their pictures and the static files: all in one folder."""

from __future__ import annotations

import hashlib
import shutil
from dataclasses import dataclass, field
from pathlib import Path

from shiftscope.store.stored_study import StoredStudy
from shiftscope.views.page.panels import Picture
from shiftscope.web.html.picture_content import SUFFIXES, content_of
from shiftscope.web.report.contents import Contents
from shiftscope.web.server import assets

PICTURES = "pictures"
STATIC = "static"
LICENSES = "vendor/LICENSES.txt"


@dataclass
class Kept:
    """Files that several pages share, written once each: pictures by their content, static files by their name."""

    study: StoredStudy
    folder: Path
    pictures: dict[tuple[str, int], str] = field(default_factory=dict)
    static: set[str] = field(default_factory=set)

    def picture(self, picture: Picture) -> str:
        """The file of a sample's thumbnail, or of a picture that was made, relative to the report."""
        known = (picture.dataset, picture.position)
        if picture.made:
            return self._written(*content_of(self.study, picture))
        if known not in self.pictures:
            self.pictures[known] = self._written(*content_of(self.study, picture))
        return self.pictures[known]

    def _written(self, content: bytes, media_type: str) -> str:
        name = f"{PICTURES}/{hashlib.sha256(content).hexdigest()[:20]}.{SUFFIXES[media_type]}"
        file = self.folder / name
        if not file.exists():
            file.parent.mkdir(exist_ok=True)
            file.write_bytes(content)
        return name

    def copy(self, name: str) -> str:
        """A static file, with the licences of those that are not ours; its name relative to the report."""
        for wanted in {name, LICENSES} - self.static:
            file = self.folder / STATIC / wanted
            file.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(assets.FOLDER / wanted, file)
            self.static.add(wanted)
        return f"{STATIC}/{name}"


@dataclass(frozen=True)
class Filed:
    """Addresses for one page of a report; `root` is the way from it up to the report's folder."""

    contents: Contents
    kept: Kept
    root: str

    @property
    def live(self) -> bool:
        return False

    def page(self, address: str) -> str:
        """Empty where the page is not in the report."""
        page, mark, place = address.partition("#")
        file = self.contents.file(page)
        return f"{self.root}{file}{mark}{place}" if file else ""

    def picture(self, picture: Picture) -> str:
        return self.root + self.kept.picture(picture)

    def static(self, name: str) -> str:
        return self.root + self.kept.copy(name)
