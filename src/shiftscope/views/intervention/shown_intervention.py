"""A change of units, and how its page shows it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from shiftscope.explain.interventions.edit import EditKind
from shiftscope.explain.interventions.head import checked_units
from shiftscope.explain.interventions.intervene import intervene_through_head
from shiftscope.explain.interventions.intervention import Intervention
from shiftscope.explain.interventions.numbers import unit_numbers
from shiftscope.explain.interventions.silenced_alone import most_to_blame
from shiftscope.explain.interventions.stored_answers import read_answers
from shiftscope.views.page.address import PageAddress
from shiftscope.views.page.selection import Selection

PROPOSED = 5  # units, where none is asked for
NAMED = 24  # units named and shown, of those changed


@dataclass(frozen=True)
class ShownIntervention:
    """What the sections of the page of interventions show: the units, and what is done to them."""

    selection: Selection
    at: PageAddress
    asked: str  # units, as the reader wrote them
    edit: EditKind
    images: int

    @cached_property
    def units(self) -> Sequence[int]:
        """Those asked for; where none is, those most to blame in the focus, where single responses are stored.

        Raises
        ------
        BadRequest
            They are no numbers with commas between.
        """
        if self.asked:
            return unit_numbers(self.asked)
        known = self.through_head and self.selection.focus in self.kept
        return _most_blamed(self.selection) if known else []

    @property
    def kept(self) -> list[str]:
        """The datasets of which there are single responses."""
        return [name for name in self.selection.ordered() if self.selection.study[name].keeps_responses]

    @property
    def through_head(self) -> bool:
        """Whether the stored head tells what is answered; else the model has to."""
        return self.selection.layer in self.selection.study.heads

    @cached_property
    def done(self) -> Intervention | None:
        """What the model then answers; None without units or responses, and where it was not asked."""
        selection = self.selection
        if not self.kept or not self.units:
            return None
        if not self.through_head:
            return self._answered()
        return intervene_through_head(
            selection.study,
            self.units,
            self.edit,
            layer=selection.layer,
            reference=selection.baseline,
            datasets=self.kept,
        )

    def _answered(self) -> Intervention | None:
        """What is kept of a model's answers; None where nothing is of any dataset."""
        selection = self.selection
        units = checked_units(self.units, selection.study, selection.layer)
        found = {
            name: read_answers(selection.study, name, selection.layer, units, self.edit, selection.baseline)
            for name in self.kept
        }
        answers = {name: each for name, each in found.items() if each}
        if not answers:
            return None
        return Intervention(selection.layer, units, self.edit, selection.baseline, answers)


def _most_blamed(selection: Selection) -> list[int]:
    """The units of which each one's silence repairs most more than it breaks in the focus."""
    study = selection.study
    found = most_to_blame(study[selection.focus], study.heads[selection.layer])
    return [unit for unit, _ in found[:PROPOSED]]
