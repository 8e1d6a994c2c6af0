"""From what a person typed to the pages that may be meant."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import product

from shiftscope.views.page.panels import Cell, Column, Link, Page, Table
from shiftscope.web.html.navigation import Navigation

_NUMBERED = re.compile(
    r"(?:(?P<name>.*?)[\s:/#,]+)??(?:(?P<kind>unit|sample|image|category)s?[\s:/#]*)?(?P<number>[0-9]{1,18})",
    re.IGNORECASE,
)


def find(query: str, around: Navigation) -> Sequence[Link]:
    """Pages that `query` may mean and that are there, the surest kind of match only.

    A name in full comes first, of a layer, a dataset, a category or a score; then two categories ("cat frog", "cat →
    frog") and the id of a sample; then a number ("17", "conv2 17", "unit 17", "digits sample 4", "category 3"); then a
    part of a name or of what people wrote about a unit.
    """
    wanted = query.strip().casefold()
    if not wanted:
        return ()
    named = [*around.layers, *around.datasets, *around.categories]
    return (
        [*(link for link in named if link.text.casefold() == wanted), *around.scores(wanted)]
        or _confusions(wanted, around)
        or list(around.samples(query.strip()))
        or list(_numbered(wanted, around))
        or [*_beginning_first(wanted, named), *around.written(query.strip())]
    )


def _confusions(wanted: str, around: Navigation) -> list[Link]:
    """Confusions between two categories whose names stand one after the other, perhaps with an arrow between."""
    places: dict[str, list[Link]] = {}
    for link in around.categories:
        places.setdefault(link.text.casefold(), []).append(link)
    found = {}
    for first, second in _parted(wanted):
        for a, b in product(places.get(first, ()), places.get(second, ())):
            if a is not b:
                page = f"confusions/{_place(a)}/{_place(b)}"
                found[page] = Link(f"{a.text} → {b.text}", page)
    return list(found.values())


def _parted(wanted: str) -> Iterator[tuple[str, str]]:
    """Every way to read two names in a text."""
    arrow = re.fullmatch(r"(.+?)\s*(?:→|->|=>)\s*(.+)", wanted)
    if arrow:
        yield arrow[1], arrow[2]
        return
    for between in re.finditer(r"\s*[/,]\s*|\s+", wanted):
        yield wanted[: between.start()], wanted[between.end() :]


def _place(category: Link) -> str:
    return category.page.partition("/")[2]


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
                empty="Nothing has this name. Type the name of a layer, a dataset, a category or a score, two "
                'categories for their confusion ("cat → frog"), the id of a sample, or a number: "conv2 17" is unit 17 '
                "of the layer conv2, if it has so many. Labels, tags and notes of units are searched too.",
            )
        ],
        trail=[Link("Overview", "")],
    )
