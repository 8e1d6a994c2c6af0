"""A repair, and how its page shows it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from shiftscope.explain.interventions.intervention import Answers
from shiftscope.explain.interventions.repair import Repair, RepairQuestion
from shiftscope.explain.interventions.stored_repairs import read_repair
from shiftscope.outcomes.outcomes import Positions
from shiftscope.statistics.split import HELD_OUT
from shiftscope.views.page.address import PageAddress
from shiftscope.views.page.selection import Selection


@dataclass(frozen=True)
class ShownRepair:
    """What the sections of the page of a repair show."""

    selection: Selection
    at: PageAddress
    question: RepairQuestion
    images: int  # of those fixed and of those broken

    @cached_property
    def found(self) -> Repair | None:
        """What is kept; None where it was not searched yet."""
        return read_repair(self.selection.study, self.question)

    @property
    def units(self) -> int:
        """Of the layer."""
        return self.selection.study.layer(self.question.layer).units

    @cached_property
    def turned(self) -> tuple[Positions, Positions]:
        """Samples of the shifted set's held-out half that are fixed, and those that are broken; the surest first."""
        if self.found is None:
            return np.empty(0, np.intp), np.empty(0, np.intp)
        held, both = self.found.halves[self.question.dataset] == HELD_OUT, self.answers
        fixed, broken = (found[held[found]] for found in (both.fixed, both.broken))
        return self._surest(fixed), self._surest(broken)

    @property
    def answers(self) -> Answers:
        """To the shifted set, where something was found."""
        assert self.found is not None
        return self.found.answers[self.question.dataset]

    def _surest(self, positions: Positions) -> Positions:
        confidences = self.selection.study[self.question.dataset].samples.confidences
        return positions[np.argsort(-confidences[positions], kind="stable")]
