"""A unit, and how its page shows it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from shiftscope.errors import StudyBusy, StudyDamaged
from shiftscope.store.notes import UnitNote, unit_note
from shiftscope.store.stored_study import StoredStudy
from shiftscope.views.page.address import PageAddress
from shiftscope.views.page.selection import Selection
from shiftscope.views.parts.pictures import Place
from shiftscope.views.parts.unit_images import Show


@dataclass(frozen=True)
class ShownUnit:
    """What the sections of a unit's page show: the unit, the choices in force, and which of its images."""

    selection: Selection
    layer: str
    index: int
    at: PageAddress
    show: Show
    images: int
    start: int  # images that are left out before them
    seed: int
    place: Place

    @property
    def study(self) -> StoredStudy:
        return self.selection.study

    @cached_property
    def note(self) -> UnitNote | StudyBusy | StudyDamaged:
        """What people wrote about it, or why that cannot be read."""
        try:
            return unit_note(self.study, self.layer, self.index)
        except (StudyBusy, StudyDamaged) as error:
            return error
