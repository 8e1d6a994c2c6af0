"""The set that a page looks at first."""

from __future__ import annotations

import math

from shiftscope.views.page.selection import Selection
from shiftscope.views.parts.accuracy import answers


def worst_set(selection: Selection) -> str:
    """The dataset whose accuracy is lowest, of equal ones the first; the baseline where there is no other."""

    def accuracy(name: str) -> float:
        right, labelled = answers(selection, name)
        return right / labelled if labelled else math.inf

    return min(selection.others(), key=accuracy, default=selection.baseline)
