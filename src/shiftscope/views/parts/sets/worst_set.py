"""The sets by what they lose, and the one that a page looks at first."""

from __future__ import annotations

import math

from shiftscope.views.page.selection import Selection
from shiftscope.views.parts.accuracy import answers


def by_loss(selection: Selection) -> list[str]:
    """The sets compared with the baseline, those that lose most accuracy first.

    Of equal ones the earlier of the study first; those without a labelled sample last.
    """

    def accuracy(name: str) -> float:
        right, labelled = answers(selection, name)
        return right / labelled if labelled else math.inf

    return sorted(selection.chosen or selection.others(), key=accuracy)


def worst_set(selection: Selection) -> str:
    """The first of them; the baseline where there is no other."""
    return next(iter(by_loss(selection)), selection.baseline)
