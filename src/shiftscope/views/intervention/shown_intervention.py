"""A change of units, and how its page shows it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from shiftscope.errors import BadRequest
from shiftscope.explain.interventions.edit import EditKind
from shiftscope.explain.interventions.intervene import intervene_through_head
from shiftscope.explain.interventions.intervention import Intervention
from shiftscope.statistics.ranked import ranked
from shiftscope.views.page.address import PageAddress
from shiftscope.views.page.selection import Selection
from shiftscope.views.parts.unit_scores import estimated

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
        """Those asked for; where none is, those most to blame in the lead.

        Raises
        ------
        BadRequest
            They are no numbers with commas between.
        """
        return _numbers(self.asked) if self.asked else _most_blamed(self.selection)

    @property
    def kept(self) -> list[str]:
        """The datasets of which there are single responses."""
        return [name for name in self.selection.ordered() if self.selection.study[name].keeps_responses]

    @cached_property
    def done(self) -> Intervention | None:
        """What the model then answers; None without units or responses."""
        selection = self.selection
        if not self.kept or not self.units:
            return None
        return intervene_through_head(
            selection.study,
            self.units,
            self.edit,
            layer=selection.layer,
            reference=selection.reference,
            datasets=self.kept,
        )


def _numbers(units: str) -> list[int]:
    try:
        return [int(part) for part in units.split(",") if part.strip()]
    except ValueError:
        raise BadRequest(f"units={units!r}; write numbers with commas between, as in 3, 17.") from None


def _most_blamed(selection: Selection) -> list[int]:
    """The units with the largest positive blame in the lead."""
    blame = estimated(selection, selection.lead, selection.layer)["blame"].value
    return [int(unit) for unit in ranked(blame)[:PROPOSED] if blame[unit] > 0]
