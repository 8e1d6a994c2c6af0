"""The units of a layer in a table that any of its numbers sorts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Literal

import numpy as np
import numpy.typing as npt

from shiftscope.counted import counted
from shiftscope.statistics.probability import probability
from shiftscope.store.notes import UnitNote
from shiftscope.views.page.panels import Cell, Column, Link, Table
from shiftscope.views.parts.cells import strip_cell, strip_column
from shiftscope.views.parts.in_a_row import in_a_row
from shiftscope.views.parts.number_text import count
from shiftscope.views.parts.units.no_width import not_kept
from shiftscope.views.parts.units.unit_filter import Passing
from shiftscope.views.parts.units.unit_numbers import UNIT, Measure, Q, UnitNumbers

STRIP = 3
MOST_WITH_PICTURES = 200  # rows
FEW = ("shift_auroc", "novelty", "spurious", "blame")  # shown always, where known
MOST_FOLLOWERS = 2  # other datasets with a column, where few are shown

Direction = Literal["ascending", "descending"]
Address = Callable[..., str]  # the page with other options
Shown = tuple[Column, Callable[[int], Cell]]  # a column, and its cell for a unit


@dataclass(frozen=True)
class UnitTable:
    """Which units stand in the table, in which order, with which of their numbers.

    Parameters
    ----------
    sort
        A measure, also with an end such as ".q", or "unit".
    every
        Show all numbers rather than those asked for most.
    start, rows
        How many units are left out at the head, and how many are shown.
    """

    numbers: UnitNumbers
    passing: Passing
    notes: Mapping[int, UnitNote]
    address: Address
    sort: str
    ascending: bool
    every: bool
    start: int
    rows: int
    pictures: bool = True

    def panel(self) -> Table:
        order = self.order
        units = order[self.start : self.start + self.rows].tolist()
        shown = [*self._names(), *self._measured(), *self._pictured()]
        return Table(
            f"Units by {self._by_in_words()}",
            [column for column, _ in shown],
            [[cell(unit) for _, cell in shown] for unit in units],
            note=self._note(len(units), order),
            empty=f"None of {counted(self.numbers.units, 'unit', count)} passes the filter.",
            whole=self._whole if len(units) < len(order) else None,
        )

    @property
    def order(self) -> npt.NDArray[np.intp]:
        """Units that pass, the first of the table first."""
        order = self.numbers.order(self.sort, ascending=self.ascending)
        return order[self.passing[order]]

    def _whole(self) -> Table:
        """With every unit that passes."""
        return replace(self, start=0, rows=self.numbers.units, pictures=False).panel()

    @property
    def by(self) -> Measure | None:
        """What sorts; None for the units' numbers."""
        return None if self.sort == UNIT else self.numbers.measure(self.sort.partition(".")[0])

    def neighbours(self) -> tuple[Link | None, Link | None]:
        """The page before and the page after."""
        start, passing = self.start, int(self.passing.sum())
        return (
            Link("units before", self.address(start=max(0, start - self.rows))) if start else None,
            Link("units after", self.address(start=start + self.rows))
            if start + self.rows < passing
            else None,
        )

    def _names(self) -> list[Shown]:
        selection, asked = self.numbers.selection, {}
        if self.by and self.sort == self.by.name:  # the unit's neighbours then are those of this table
            asked = {
                "sort": self.sort,
                "ascending": "true" if self.ascending else None,
                "focus": selection.focus,
            }
        own: list[Shown] = [
            (
                self._sortable(UNIT, "unit", "", "ascending"),
                lambda unit: Cell(
                    f"unit {unit}",
                    selection.unit(unit, selection.layer, **asked),
                    note="dead" if self.numbers.dead[unit] else "",
                    value=unit,
                ),
            )
        ]
        if self.notes:
            help = "What people wrote about the unit: its label, and its tags below."
            own.append((Column("label", help), lambda unit: _noted(self.notes.get(unit, UnitNote()))))
        return own

    def _measured(self) -> list[Shown]:
        chosen = [m for m in self.numbers.shown() if self.every or m.name in FEW]
        by = self.by
        if by:
            chosen = [by, *(measure for measure in chosen if measure is not by)]
        return [shown for measure in chosen for shown in self._of(measure, sorts=measure is by)]

    def _of(self, measure: Measure, *, sorts: bool) -> list[Shown]:
        """A measure; behind it, where it sorts or all is shown, its q; where it sorts, those that follow."""
        own: list[Shown] = [
            (self._sortable(measure.name, measure.title, measure.help, "descending"), measure.cell)
        ]
        q = measure.estimate.q
        if q is not None and (sorts or self.every):
            help = (
                f"False discovery share: how many of the units whose {measure.title} differs at least as surely are "
                "expected to do so by chance (Benjamini-Hochberg, over the units of this layer and dataset)."
            )
            head = self._sortable(measure.name + Q, f"q of {measure.title}", help, "ascending")
            own.append((head, lambda unit: Cell(probability(float(q[unit])), value=float(q[unit]))))
        all_of_them = self.every or bool(self.numbers.selection.chosen)
        for name in measure.followers[: None if all_of_them else MOST_FOLLOWERS] if sorts else ():
            column = Column(
                f"in {name}",
                f"The same of the unit in {name}. {measure.help}",
                numeric=True,
                key=f"{measure.name}_in_{name}",
            )
            own.append((column, partial(measure.cell, dataset=name)))
        return own

    def _pictured(self) -> list[Shown]:
        selection = self.numbers.selection
        if not self.pictures or self.rows > MOST_WITH_PICTURES:
            return []

        def pictured(unit: int, dataset: str) -> Cell:
            return strip_cell(selection, dataset, unit, STRIP)

        return [(strip_column(name), partial(pictured, dataset=name)) for name in selection.pair]

    def _sortable(self, name: str, shown: str, help: str, first: Direction) -> Column:
        """A head that sorts by its column, the other way round where it does so already."""
        state: Direction | None = None
        if self.sort == name:
            state = "ascending" if self.ascending else "descending"
        upwards = state != "ascending" if first == "ascending" else state == "descending"
        link = Link(shown, self.address(sort=name, ascending=upwards, start=0))
        return Column(shown, help, numeric=name != UNIT, sort=link, sorted=state, key=name.replace(".", "_"))

    def _sets(self) -> str:
        """The sets whose units are compared."""
        selection = self.numbers.selection
        return in_a_row(selection.pair)

    def _by_in_words(self) -> str:
        if self.by is None:
            return "number"
        part = self.sort.partition(".")[2]
        return f"{part} of {self.by.title}" if part else self.by.title

    def _note(self, shown: int, order: npt.NDArray[np.intp]) -> str:
        passing, units = int(self.passing.sum()), self.numbers.units
        if not shown:
            return ""
        filtered = f" that pass, out of {count(units)}" if passing < units else ""
        undefined = " Undefined ones last." if np.isnan(self.numbers.values(self.sort)[order]).any() else ""
        dead = int(self.numbers.dead[order].sum())
        silent = (
            f" {counted(dead, 'dead unit', count)}, silent in {self._sets()}, after all others."
            if dead
            else ""
        )
        selection = self.numbers.selection
        kept = not_kept(selection, selection.pair)
        ranks = f"Units {count(self.start + 1)} to {count(self.start + shown)} of {count(passing)}{filtered}."
        return f"{ranks}{undefined}{silent if self.by else ''}{f' {kept}' if kept else ''}"


def _noted(note: UnitNote) -> Cell:
    return Cell(note.label, help=note.note, note=", ".join(sorted(note.tags)))
