"""How well a category is classified in each dataset."""

from __future__ import annotations

from shiftscope.outcomes.outcomes import outcomes
from shiftscope.views.category.error_kind import HELP
from shiftscope.views.category.shown_category import ShownCategory
from shiftscope.views.page.panels import Columns, Fact, Facts
from shiftscope.views.page.section import section
from shiftscope.views.parts.accuracy import accuracy_fact
from shiftscope.views.parts.number_text import count
from shiftscope.views.parts.pictures import role
from shiftscope.views.parts.shown_sets import shown_sets


@section(ShownCategory, place=10)
def cards(category: ShownCategory) -> Columns:
    """Accuracy and errors, a card for each dataset."""
    return Columns("", [_card(category, dataset) for dataset in shown_sets(category.selection)])


def _card(category: ShownCategory, dataset: str) -> Facts:
    selection, index = category.selection, category.index
    here, there = (
        outcomes(selection.study[d].samples, len(selection.study.categories)).confusions
        for d in (dataset, selection.baseline)
    )
    right, total, taken = int(here[index, index]), int(here[index].sum()), int(here[:, index].sum())
    usual = int(there[index, index]), int(there[index].sum())
    facts = [
        accuracy_fact(selection, dataset, (right, total), usual, of="the samples with this label"),
        Fact("samples", count(total), "Samples with this label.", selection.dataset(dataset, label=index)),
        Fact(
            "false negatives",
            count(total - right),
            HELP["false negatives"],
            selection.dataset(dataset, label=index, show="wrong"),
        ),
        Fact(
            "false positives",
            count(taken - right),
            HELP["false positives"],
            selection.dataset(dataset, prediction=index, show="wrong"),
        ),
    ]
    return Facts(dataset, facts, role(selection, dataset), selection.dataset(dataset, label=index))
