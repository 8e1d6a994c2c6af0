"""What stands around every page: the study's name and the ways to its layers, datasets and categories."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Protocol
from urllib.parse import quote, unquote

from shiftscope.errors import StudyDamaged
from shiftscope.scores.score import unit_scores
from shiftscope.store.notes import search_notes
from shiftscope.store.stored_study import StoredStudy
from shiftscope.views.page.group_names import menu_links
from shiftscope.views.page.panels import Link
from shiftscope.views.page.view import views
from shiftscope.views.page.viewed_study import jobs_of
from shiftscope.views.parts.units.unit_scores import explained, name_of, title


class StudyIndex(Protocol):
    """The part of a study that the frame of a page needs."""

    @property
    def name(self) -> str: ...

    @property
    def layers(self) -> Collection[str]: ...

    @property
    def datasets(self) -> Collection[str]: ...

    @property
    def categories(self) -> Sequence[str]: ...


@dataclass(frozen=True)
class Navigation:
    """The frame of a page. Units are found under a layer's page as `units/N`, samples under a dataset's as
    `samples/N`, so that the search can go to them by number."""

    name: str
    layers: Sequence[Link] = ()
    datasets: Sequence[Link] = ()
    categories: Sequence[Link] = ()
    questions: Sequence[Link] = ()  # pages of the whole study beside the overview
    written: Callable[[str], Sequence[Link]] = lambda text: ()  # units whose label, tags or note hold a text
    scores: Callable[[str], Sequence[Link]] = lambda text: ()  # what those of a name mean
    score_names: Sequence[str] = ()  # under which they are found
    samples: Callable[[str], Sequence[Link]] = lambda text: ()  # those with an id
    # Whether the layer or dataset at an address has a unit or sample of a number.
    holds: Callable[[str, int], bool] = lambda page, number: True


def navigation(study: StudyIndex) -> Navigation:
    """The frame of a study's pages: its layers and datasets by name, its categories by number."""
    return Navigation(
        study.name,
        layers=[Link(name, f"layers/{quote(name, safe='')}") for name in study.layers],
        datasets=_datasets(study),
        categories=_by_number(tuple(study.categories)),
        questions=[
            *(Link(view.menu, view.address) for view in views.values() if view.menu),
            *([Link("Jobs", "jobs")] if jobs_of(study) else []),
        ],
        scores=partial(_scores, study) if isinstance(study, StoredStudy) else lambda text: (),
        score_names=list(unit_scores) if isinstance(study, StoredStudy) and study.layers else (),
        samples=partial(_samples, study) if isinstance(study, StoredStudy) else lambda text: (),
        written=partial(_written, study) if isinstance(study, StoredStudy) else lambda text: (),
        holds=partial(_holds, study) if isinstance(study, StoredStudy) else lambda page, number: True,
    )


def _datasets(study: StudyIndex) -> list[Link]:
    """Those of a group on one line, where the study says what belongs together."""

    def page(name: str) -> str:
        return f"datasets/{quote(name, safe='')}"

    if isinstance(study, StoredStudy):
        return menu_links(study, study.datasets, page)
    return [Link(name, page(name)) for name in study.datasets]


@lru_cache(maxsize=4)
def _by_number(categories: tuple[str, ...]) -> list[Link]:
    """Made once: every page has the same thousand."""
    return [Link(name, f"categories/{index}") for index, name in enumerate(categories)]


def _scores(study: StoredStudy, text: str) -> list[Link]:
    """A score's place in the glossary."""
    name = name_of(text)
    return [Link(title(name), explained(name))] if name in unit_scores and study.layers else []


def _samples(study: StoredStudy, text: str) -> list[Link]:
    """Samples with this id, in every dataset that can be read."""
    found = []
    for name in study:
        with suppress(StudyDamaged):
            ids: list[str] = study[name].samples.column("id").to_pylist()
            if text in ids:
                page = f"datasets/{quote(name, safe='')}/samples/{ids.index(text)}"
                found.append(Link(f"{name}, sample {text}", page))
    return found


def _holds(study: StoredStudy, page: str, number: int) -> bool:
    kind, _, name = page.partition("/")
    if kind == "layers":
        return number < study.layers[unquote(name)].units
    try:
        return number < study[unquote(name)].plan.samples
    except StudyDamaged:  # of which no page can be drawn
        return False


def _written(study: StoredStudy, text: str) -> list[Link]:
    return [
        Link(f"{layer}, unit {unit}: {note.label or note.note or ', '.join(sorted(note.tags))}"[:120], at)
        for layer, unit, note in search_notes(study, text)
        for at in [f"layers/{quote(layer, safe='')}/units/{unit}"]
    ]
