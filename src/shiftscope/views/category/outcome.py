"""How a category is answered in one dataset."""

from __future__ import annotations

from shiftscope.outcomes.outcomes import outcomes
from shiftscope.views.page.selection import Selection


def answered(selection: Selection, dataset: str, index: int) -> tuple[int, int]:
    """How many samples with the label are classified right, of how many."""
    found = outcomes(selection.study[dataset].samples, len(selection.study.categories))
    return int(found.confusions[index, index]), int(found.by_label[index])
