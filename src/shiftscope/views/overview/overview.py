"""The first page: what the shift did, in one look."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, get_args

from shiftscope.errors import BadRequest
from shiftscope.percent import percent
from shiftscope.scores.score import UnitScore
from shiftscope.store.dataset_groups import DatasetGroup
from shiftscope.store.stored_study import StoredStudy
from shiftscope.views.overview.chosen_sets import sets_choice
from shiftscope.views.overview.idea import lede, overview_idea
from shiftscope.views.overview.shown_overview import Order, ShownOverview
from shiftscope.views.page.address import PageAddress
from shiftscope.views.page.panels import Choice, Link, Message, Page
from shiftscope.views.page.section import panels_of
from shiftscope.views.page.selection import Selection, Sets
from shiftscope.views.page.view import view
from shiftscope.views.parts.units.unit_scores import offered_scores, title

Grouping = Literal["described", "none"]
PICTURES = 40  # categories in the menu of samples
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
    cases: int | None = None,
    groups: Grouping = "described",
    sets: Sets = None,
    sample: int | None = None,
) -> Page:
    """What each shift did: accuracy, the confusion and the unit that explain it, the layers, units and categories.

    Parameters
    ----------
    focus
        A shifted dataset: what happened in it rather than under any shift.
    score
        Of the shift profile, of the most shifted units and of the colours of many sets.
    order
        Of the sets.
    cases
        How many sets are shown with their pictures.
    groups
        Whether sets that belong together are shown as they are described, or each by itself.
    sets
        Those that alone are shown beside the baseline: names of groups and of sets.
    sample
        The category whose typical sample stands for the sets.

    Raises
    ------
    BadRequest
        There is no such score, group, set or category.
    """
    if not study.datasets:
        return Page(study.name, [Message("Nothing is recorded yet", _how_to_begin(study))])
    selection = Selection.at(study, layer, baseline, focus, sets)
    asked = selection.asked_sets
    options = {"score": score, "order": order, "groups": groups, "sets": asked or None, "sample": sample}
    at = PageAddress(selection, "", overview, {**options, "cases": cases})
    if sample is not None:
        study.check_category(sample)
    shown = ShownOverview(
        selection,
        at,
        _score(study, score),
        order,
        None if cases is None else max(1, cases),
        groups == "described",
        selection.chosen,
        sample,
    )
    return Page(
        title=study.name,
        panels=[*shown.gate.said(shown.shifts), *panels_of(shown, shown.gate.passed)],
        choices=_choices(shown, asked),
        sentence=overview_idea(shown) or _without_comparison(shown),
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


def _comparing(study: StoredStudy) -> dict[str, UnitScore]:
    return {name: score for name, score in offered_scores(study).items() if score.compares}


def _score(study: StoredStudy, asked: str | None) -> UnitScore | None:
    known = _comparing(study)
    if asked is not None and asked not in known:
        raise BadRequest(f"no score {asked!r} compares two datasets; there are {', '.join(known)}.")
    return known[asked] if asked else None


def _choices(shown: ShownOverview, asked: Sequence[str]) -> list[Choice]:
    selection, at = shown.selection, shown.at
    layer = selection.layer_choice(at.path, **at.asked())
    _, against = selection.dataset_choices(at.path, **at.asked())
    if not selection.others():
        return [layer, against]
    order = Choice(
        "Order", [Link(ORDERS[name], at(order=name)) for name in get_args(Order)], ORDERS[shown.order]
    )
    if not shown.groups:
        return [layer, against, sets_choice(shown, asked), order, _scores(shown, "Score", "as the harm asks")]
    grouping = _in_words(shown.groups)
    choices = [
        _scores(shown, "Colour by", "accuracy"),
        Choice(
            "Groups",
            [Link(grouping, at(groups="described")), Link("none", at(groups="none"))],
            grouping if shown.grouped else "none",
        ),
        sets_choice(shown, asked),
        layer,
        against,
        order,
    ]
    return [*choices, _samples(shown)] if shown.many else choices


def _in_words(groups: Sequence[DatasetGroup]) -> str:
    """The variables that group the sets: "corruption × severity", "hospital"."""
    kinds = dict.fromkeys(" × ".join(filter(None, [*each.names, *each.apart, each.order])) for each in groups)
    return ", ".join(kinds) if len(kinds) <= 2 else "as described"


def _scores(shown: ShownOverview, name: str, usual: str) -> Choice:
    first = Link(
        usual, shown.at(score=None), "Change per category, and change of strength." if name == "Score" else ""
    )
    links = [
        Link(title(each), shown.at(score=each), score.help)
        for each, score in _comparing(shown.selection.study).items()
    ]
    return Choice(name, [first, *links], title(shown.score.name) if shown.score else usual)


def _samples(shown: ShownOverview) -> Choice:
    """Which sample stands for the sets."""
    categories = shown.selection.study.categories
    usual = Link("any", shown.at(sample=None), "The median one by confidence of those classified right.")
    links = [Link(f"a {name}", shown.at(sample=c)) for c, name in enumerate(categories[:PICTURES])]
    return Choice(
        "Sample", [usual, *links], "any" if shown.sample_of is None else links[shown.sample_of].text
    )
