"""Where a drawn page finds other pages, pictures and static files."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol
from urllib.parse import quote, urlencode

from shiftscope.views.page.panels import Picture


class Addresses(Protocol):
    """What the templates put into `href` and `src`: a report gives files, a notebook data URIs."""

    @property
    def live(self) -> bool:
        """Whether a server answers: search and in-place navigation are drawn only then."""
        ...

    def page(self, address: str) -> str: ...

    def picture(self, picture: Picture) -> str: ...

    def static(self, name: str) -> str: ...


@dataclass(frozen=True)
class Served:
    """Relative addresses on a server, right behind any proxy prefix.

    Parameters
    ----------
    root
        Way from the drawn page up to the study's first page: "./", "../", "../../". It is never empty,
        so an address from data cannot become a scheme ("javascript:") or another host ("//").
    version
        Content version of a dataset by name; pictures are cached for good under it.
    assets
        Content version of the static files.
    here
        The address of the drawn page inside the study, with its query.
    query
        What the address of the drawn page asks for, by name.
    saves
        Whether forms are answered; else only what their fields hold is shown.
    """

    root: str
    version: Callable[[str], str]
    assets: str
    here: str = ""  # the page that is drawn, inside the study
    query: Sequence[tuple[str, str]] = ()  # of that page
    saves: bool = True
    _around: dict[str, tuple[str, str]] = field(default_factory=dict, init=False, repr=False, compare=False)

    @property
    def live(self) -> bool:
        return True

    def download(self, table: int, kind: str) -> str:
        """The address of one table of the drawn page, as a file."""
        return "?" + urlencode([*self.query, ("download", kind), ("table", str(table))])

    def shared(self) -> str:
        """The address of the drawn page as one file."""
        return "?" + urlencode([*self.query, ("download", "html")])

    def page(self, address: str) -> str:
        return self.root + address

    def picture(self, picture: Picture) -> str:
        if picture.made:
            return self.root + picture.made.address
        before, after = self._around.get(picture.dataset) or self._around_those_of(picture.dataset)
        return f"{before}{picture.position}{after}"

    def _around_those_of(self, dataset: str) -> tuple[str, str]:
        """What stands before and after the position; asked for once a page, which has hundreds of pictures."""
        version = quote(self.version(dataset), safe="")
        around = self._around[dataset] = f"{self.root}thumbnails/{quote(dataset)}/", f"?v={version}"
        return around

    def static(self, name: str) -> str:
        return f"{self.root}static/{quote(name)}?v={self.assets}"


def way_up(raw_path: str, prefix: str = "") -> str:
    """The way from a page up to the study's first page, as a relative address.

    Parameters
    ----------
    raw_path
        The path as the browser sees it, still percent-encoded: an encoded slash is no step.
    prefix
        What stands before the study's first page in it.
    """
    steps = raw_path.count("/") - prefix.rstrip("/").count("/") - 1
    return "../" * steps or "./"


def below(raw_path: str, prefix: str = "") -> str:
    """The page's address inside the study: what stands behind the prefix that `way_up` is given too."""
    return "/".join(raw_path.split("/")[prefix.rstrip("/").count("/") + 1 :])
