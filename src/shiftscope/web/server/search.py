"""From what a person typed to the pages that may be meant."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from shiftscope.scores.score import unit_scores
from shiftscope.views.page.panels import Cell, Column, Link, Page, Table
from shiftscope.web.html.navigation import Navigation

_BETWEEN = re.compile(r" *(?:→|->|[/,]) *|\s+")  # two categories
_NUMBERED = re.compile(
    r"(?:(?P<name>.*?)[\s:/#,]+)??(?:(?P<kind>unit|sample|image|category)s?[\s:/#]*)?(?P<number>[0-9]{1,18})",
    re.IGNORECASE,
)


def find(query: str, around: Navigation) -> Sequence[Link]:
    """Pages that `query` may mean and that are there, the surest kind of match only.

    A name in full comes before two categories ("cat dog", "cat → dog") and a number ("17", "conv2 17", "unit 17",
    "digits sample 4", "category 3"), those before the id of a sample, and that before a part of a name or of what
    people wrote about a unit. Scores are named "novelty"; each layer has its units by them.
    """
    wanted = query.strip().casefold()
    if not wanted:
        return ()
    named = [*around.layers, *around.datasets, *around.categories]
    scores = [(name.replace("_", " "), link) for name in unit_scores for link in _by_score(name, around)]
    return (
        [link for link in named if link.text.casefold() == wanted]
        or [link for name, link in scores if name == wanted.replace("_", " ")]
        or [*_confusions(wanted, around), *_numbered(wanted, around)]
        or list(around.samples(query.strip()))
        or [
            *_beginning_first(wanted, named),
            *(link for name, link in scores if wanted in name),
            *around.written(query.strip()),
        ]
    )


def _by_score(score: str, around: Navigation) -> Iterator[Link]:
    for layer in around.layers:
        yield Link(f"Units of {layer.text} by {score.replace('_', ' ')}", f"{layer.page}?sort={score}")


def _confusions(wanted: str, around: Navigation) -> Iterator[Link]:
    """Wherever what is wanted parts into the names of two categories."""
    places: dict[str, list[int]] = {}
    for place, link in enumerate(around.categories):
        places.setdefault(link.text.casefold(), []).append(place)
    for gap in _BETWEEN.finditer(wanted.removeprefix("confusion ")):
        for a in places.get(gap.string[: gap.start()], ()):
            for b in places.get(gap.string[gap.end() :], ()):
                if a != b:
                    named = f"{around.categories[a].text} → {around.categories[b].text}"
                    yield Link(f"{named}, confusion", f"confusions/{a}/{b}")


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
                empty="Nothing has this name. Type the name of a layer, a dataset, a category or a score, "
                'or a number after it: "conv2 17" is unit 17 of the layer conv2, if it has so many. Two categories '
                'are a confusion: "cat dog". The id of a sample is found, and labels, tags and notes of units.',
            )
        ],
        trail=[Link("Overview", "")],
    )
