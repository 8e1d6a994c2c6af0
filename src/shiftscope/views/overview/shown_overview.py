"""A study, and how its first page shows it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from shiftscope.scores.score import UnitScore
from shiftscope.views.overview.differing import Differences, differing
from shiftscope.views.page.address import PageAddress
from shiftscope.views.page.selection import Selection

ROWS = 10  # of the tables of confusions and units


@dataclass(frozen=True)
class ShownOverview:
    """What the sections of the first page show: the choices in force, and the score of charts and tables."""

    selection: Selection
    at: PageAddress
    score: UnitScore

    @property
    def shifts(self) -> Sequence[str]:
        """The datasets that tables find the most changed things in: the focus, or all where that is the baseline."""
        selection = self.selection
        return selection.others() if selection.focus == selection.baseline else [selection.focus]

    @cached_property
    def differences(self) -> dict[str, Differences]:
        """How many units differ, by shifted dataset."""
        return {name: differing(self.selection, name) for name in self.selection.others()}
