"""How a category is answered in one dataset."""

from __future__ import annotations

from shiftscope.outcomes.outcomes import outcomes
from shiftscope.views.page.selection import Selection


def answered(selection: Selection, dataset: str, index: int) -> tuple[int, int]:
    """How many samples with the label are classified right, of how many."""
    found = outcomes(selection.study[dataset].samples, len(selection.study.categories))
    return int(found.confusions[index, index]), int(found.by_label[index])


def worst_for(selection: Selection, index: int) -> str:
    """The set in which the category's accuracy is lowest, of equal ones the first; the baseline without another."""

    def accuracy(name: str) -> float:
        right, total = answered(selection, name, index)
        return right / total if total else 2.0

    return min(selection.others(), key=accuracy, default=selection.baseline)
