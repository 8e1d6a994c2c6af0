"""A study, and how its first page shows it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from shiftscope.outcomes.harm import Harm, harm
from shiftscope.scores.estimation.estimate import Estimate
from shiftscope.scores.score import UnitScore
from shiftscope.views.overview.named_unit import NamedUnit, named_unit
from shiftscope.views.page.address import PageAddress
from shiftscope.views.page.selection import Selection
from shiftscope.views.parts.accuracy import answers
from shiftscope.views.parts.unit_scores import estimated

ROWS = 10  # of the tables of confusions and units
Order = Literal["harm", "recorded", "name"]


@dataclass(frozen=True)
class Suffered:
    """What one shifted set did to the answers."""

    name: str
    right: int  # labelled samples classified right
    labelled: int
    loss: float  # of accuracy, as share; NaN without labels on either side
    harm: Harm | None  # None there too


@dataclass(frozen=True)
class ShownOverview:
    """What the sections of the first page show: the choices in force, and the score of charts and tables."""

    selection: Selection
    at: PageAddress
    score: UnitScore | None  # asked for
    order: Order = "harm"
    cases: int = 6  # shown at most

    @property
    def shifts(self) -> Sequence[str]:
        """The datasets that are shown: the focus where one was chosen, or all but the baseline."""
        selection = self.selection
        return selection.others() if selection.focus == selection.baseline else [selection.focus]

    @cached_property
    def suffered(self) -> Sequence[Suffered]:
        """What each shown set did, in the order in force."""
        found = [self._suffered(name) for name in self.shifts]
        if self.order == "name":
            return sorted(found, key=lambda one: one.name)
        return worst_first(found) if self.order == "harm" else found

    @cached_property
    def units(self) -> dict[str, NamedUnit | None]:
        """The unit that is named beside each set."""
        told = {one.name: one for one in self.suffered}
        return {name: named_unit(self.selection, name, one.harm, one.loss) for name, one in told.items()}

    @property
    def usual(self) -> tuple[int, int]:
        """How many of the baseline's labelled samples are classified right, and how many there are."""
        return answers(self.selection, self.selection.baseline)

    def estimates(self, dataset: str, layer: str | None = None) -> dict[str, Estimate]:
        """Every score of a layer's units in one dataset, compared with the baseline."""
        return estimated(self.selection, dataset, layer)

    def _suffered(self, name: str) -> Suffered:
        (right, labelled), usual = answers(self.selection, name), self.usual
        told = harm(*usual, right, labelled, len(self.selection.study.categories))
        loss = usual[0] / usual[1] - right / labelled if told else float("nan")
        return Suffered(name, right, labelled, loss, told)


def worst_first(found: Sequence[Suffered]) -> list[Suffered]:
    """Those without labels last; equal ones in the order given."""
    return sorted(found, key=lambda one: -one.loss if one.harm else float("inf"))
