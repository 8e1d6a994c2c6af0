"""A layer, and how its page shows it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from shiftscope.errors import BadRequest
from shiftscope.store.notes import UnitNote
from shiftscope.views.layer.changed_units import Found, changed_units, most_units_first
from shiftscope.views.layer.drawings import Drawing
from shiftscope.views.layer.unit_table import UnitTable
from shiftscope.views.page.address import PageAddress
from shiftscope.views.page.panels import Message
from shiftscope.views.page.section import Missing
from shiftscope.views.page.selection import Selection
from shiftscope.views.parts.derived.gate import Gate
from shiftscope.views.parts.readable_notes import readable_notes
from shiftscope.views.parts.units.unit_filter import Condition, Passing, conditions, passing
from shiftscope.views.parts.units.unit_numbers import FIRES, MAXIMUM, Measure, UnitNumbers
from shiftscope.views.parts.units.unit_scores import name_of

if TYPE_CHECKING:
    from shiftscope.explain.fit_under_shift.set_fit import SetFit

ROWS = (50, 200, 2000)  # of the table, that can be chosen


@dataclass(frozen=True)
class ShownLayer:
    """What the sections of a layer's page show: the choices in force, which of its units, which of their numbers."""

    selection: Selection
    at: PageAddress
    where: str
    sort: str | None
    ascending: bool
    start: int  # units that the table leaves out at its head
    rows: int
    every: bool  # number in the table, rather than those asked for most
    x: str | None
    y: str | None
    colour: str | None
    drawing: Drawing
    positive: bool
    refused: Sequence[Message] = ()  # why the focus is not the one asked for

    @property
    def compared(self) -> bool:
        """Whether there are scores that compare: the focus is not the baseline, and the layer can be compared."""
        return self.selection.compared

    @cached_property
    def gate(self) -> Gate:
        return Gate(self.selection, self.selection.layer)

    @property
    def fit(self) -> SetFit | None:
        """How the dictionary behind a derived layer reads the focus, where that is computed."""
        return self.gate.fit(self.selection.focus)

    @cached_property
    def numbers(self) -> UnitNumbers:
        return UnitNumbers(self.selection)

    @property
    def notes(self) -> dict[int, UnitNote]:
        return self._notes[0]

    @property
    def unread(self) -> list[Message]:
        """Why notes cannot be read, where they cannot."""
        return self._notes[1]

    @property
    def asked(self) -> list[Condition]:
        return self._filtered[0]

    @property
    def passing(self) -> Passing:
        """(unit,) whether it passes the filter; all do where that cannot be read."""
        return self._filtered[1]

    @property
    def mistake(self) -> str:
        """Why the filter cannot be read."""
        return self._filtered[2]

    @cached_property
    def passed(self) -> int:
        """How many units pass."""
        return int(self.passing.sum())

    @cached_property
    def across(self) -> Measure:
        """Of the scatter."""
        return self.numbers.measure(self.x or ("novelty" if self.compared else MAXIMUM))

    @cached_property
    def up(self) -> Measure:
        """Of the scatter."""
        return self.numbers.measure(self.y or ("spurious" if self.compared else FIRES))

    @cached_property
    def coloured(self) -> Measure:
        """Of the map."""
        return self.numbers.measure(self.colour or ("novelty" if self.compared else MAXIMUM))

    @cached_property
    def changed(self) -> Sequence[Found]:
        """How many units changed in which way."""
        return changed_units(self.numbers)

    @property
    def usual_order(self) -> tuple[str, bool]:
        """The number that sorts where none is asked for, and whether upwards: that of the page's sentence, so that the
        unit which changed most comes first."""
        if not self.compared:
            return MAXIMUM, False
        try:
            told = most_units_first(self.changed)
        except Missing:  # nothing is said either
            told = []
        return (told[0].difference.score, told[0].fell) if told else ("novelty", False)

    @cached_property
    def table(self) -> UnitTable:
        by, ascending = (name_of(self.sort), self.ascending) if self.sort else self.usual_order
        start = max(0, min(self.start, self.passed - 1))
        return UnitTable(
            self.numbers,
            self.passing,
            self.notes,
            self.at,
            by,
            ascending,
            self.every,
            start,
            self.rows,
        )

    @cached_property
    def _notes(self) -> tuple[dict[int, UnitNote], list[Message]]:
        return readable_notes(self.selection.study, self.selection.layer)

    @cached_property
    def _filtered(self) -> tuple[list[Condition], Passing, str]:
        try:
            asked = conditions(self.where)
            return asked, passing(asked, self.numbers, self.notes), ""
        except BadRequest as error:
            return [], np.ones(self.numbers.units, bool), f"Not applied: {error}"
