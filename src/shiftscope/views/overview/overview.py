"""The first page: what the shift did, in one look."""

from __future__ import annotations

from typing import get_args

from shiftscope.errors import BadRequest
from shiftscope.scores.score import UnitScore, unit_scores
from shiftscope.store.stored_study import StoredStudy
from shiftscope.views.overview.idea import idea, lede
from shiftscope.views.overview.shown_overview import Order, ShownOverview
from shiftscope.views.page.address import PageAddress
from shiftscope.views.page.panels import Choice, Link, Message, Page
from shiftscope.views.page.section import panels_of
from shiftscope.views.page.selection import Selection
from shiftscope.views.page.view import view
from shiftscope.views.parts.number_text import percent
from shiftscope.views.parts.unit_scores import title

CASES = 6
ORDERS: dict[Order, str] = {"harm": "harm", "recorded": "as recorded", "name": "name"}


@view("")
def overview(
    study: StoredStudy,
    *,
    layer: str | None = None,
    baseline: str | None = None,
    focus: str | None = None,
    score: str | None = None,
    order: Order = "harm",
    cases: int = CASES,
) -> Page:
    """What each shift did: accuracy, the confusion and the unit that explain it, the layers, units and categories.

    Parameters
    ----------
    focus
        A shifted dataset: what happened in it rather than under any shift.
    score
        Of the shift profile and of the most shifted units.
    order
        Of the sets.
    cases
        How many sets are shown with their pictures.
    """
    if not study.datasets:
        return Page(study.name, [Message("Nothing is recorded yet", _how_to_begin(study))])
    selection = Selection.at(study, layer, baseline, focus)
    at = PageAddress(selection, "", overview, {"score": score, "order": order, "cases": cases})
    shown = ShownOverview(selection, at, _score(score), order, max(1, cases))
    return Page(
        title=study.name,
        panels=panels_of(shown),
        choices=_choices(shown),
        sentence=idea(shown.suffered) or _without_comparison(shown),
        lede=lede(shown),
    )


def _without_comparison(shown: ShownOverview) -> str:
    """The heading where no two sets have an accuracy."""
    right, labelled = shown.usual
    selection = shown.selection
    if not labelled:
        return f"{selection.study.name}: without labels there is no accuracy to compare"
    accuracy = f"{percent(right / labelled)} of {selection.baseline} is classified right"
    return f"{accuracy}; no shifted set is recorded" if not selection.others() else accuracy


def _how_to_begin(study: StoredStudy) -> str:
    begun = (
        f" {', '.join(study.unfinished())}: begun; the same command goes on." if study.unfinished() else ""
    )
    return (
        f"Show a dataset to the model: study.record(...) in Python, or shiftscope record {study.path}.{begun}"
    )


def _comparing() -> dict[str, UnitScore]:
    return {name: score for name, score in unit_scores.items() if score.compares}


def _score(asked: str | None) -> UnitScore | None:
    known = _comparing()
    if asked is not None and asked not in known:
        raise BadRequest(f"no score {asked!r} compares two datasets; there are {', '.join(known)}.")
    return known[asked] if asked else None


def _choices(shown: ShownOverview) -> list[Choice]:
    selection, at = shown.selection, shown.at
    focused, against = selection.dataset_choices(at.path, **at.asked())
    choices = [selection.layer_choice(at.path, **at.asked()), against]
    if not selection.others():
        return choices
    every = Link("all", selection.everywhere(at.path, **at.asked()))
    sets = [every, *(link for link in focused.options if link.text != selection.baseline)]
    one = selection.focus != selection.baseline
    orders = [Link(ORDERS[order], at(order=order)) for order in get_args(Order)]
    links = [Link(title(name), at(score=name), score.help) for name, score in _comparing().items()]
    usual = Link("as the harm asks", at(score=None), "Change per category, and change of strength.")
    return [
        *choices,
        Choice("Sets", sets, selection.focus if one else "all"),
        Choice("Order", orders, ORDERS[shown.order]),
        Choice("Score", [usual, *links], title(shown.score.name) if shown.score else usual.text),
    ]
