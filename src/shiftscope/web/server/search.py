"""From what a person typed to the pages that may be meant."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from shiftscope.views.page.panels import Cell, Column, Link, Page, Table
from shiftscope.web.html.navigation import Navigation

_NUMBERED = re.compile(
    r"(?:(?P<name>.*?)[\s:/#,]+)??(?:(?P<kind>unit|sample|image|category)s?[\s:/#]*)?(?P<number>[0-9]{1,18})",
    re.IGNORECASE,
)


def find(query: str, around: Navigation) -> Sequence[Link]:
    """Pages that `query` may mean and that are there, the surest kind of match only.

    A name in full comes before a number ("17", "conv2 17", "unit 17", "digits sample 4", "category 3"), a number
    before a part of a name or of what people wrote about a unit.
    """
    wanted = query.strip().casefold()
    if not wanted:
        return ()
    named = [*around.layers, *around.datasets, *around.categories]
    return (
        [link for link in named if link.text.casefold() == wanted]
        or list(_numbered(wanted, around))
        or [*_beginning_first(wanted, named), *around.written(query.strip())]
    )


def _beginning_first(wanted: str, named: Sequence[Link]) -> list[Link]:
    """Names that hold what is wanted, those that begin with it first."""
    holding = [link for link in named if wanted in link.text.casefold()]
    return sorted(holding, key=lambda link: not link.text.casefold().startswith(wanted))


def _numbered(wanted: str, around: Navigation) -> Iterator[Link]:
    match = _NUMBERED.fullmatch(wanted)
    if match is None:
        return
    name, kind, number = match["name"], match["kind"], int(match["number"])
    if kind == "category":
        yield from around.categories[number : number + 1]
    for layer in around.layers if kind in (None, "unit") else ():
        if name in (None, "", layer.text.casefold()) and around.holds(layer.page, number):
            yield Link(f"{layer.text}, unit {number}", f"{layer.page}/units/{number}")
    for dataset in around.datasets if kind in (None, "sample", "image") else ():
        if name in (None, "", dataset.text.casefold()) and around.holds(dataset.page, number):
            yield Link(f"{dataset.text}, sample {number}", f"{dataset.page}/samples/{number}")


def found(query: str, links: Sequence[Link]) -> Page:
    """The page that lists what was found, or says that nothing was."""
    return Page(
        f"Search: {query}",
        [
            Table(
                "",
                columns=[Column("Page")],
                rows=[[Cell(link.text, page=link.page)] for link in links],
                empty="Nothing has this name. Type the name of a layer, a dataset or a category, "
                'or a number after it: "conv2 17" is unit 17 of the layer conv2, if it has so many. Labels, tags '
                "and notes of units are searched too.",
            )
        ],
        trail=[Link("Overview", "")],
    )
