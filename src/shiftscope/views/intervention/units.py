"""The units that are changed."""

from __future__ import annotations

from shiftscope.views.intervention.shown_intervention import NAMED, ShownIntervention
from shiftscope.views.page.panels import Cell, Column, Table
from shiftscope.views.page.section import section
from shiftscope.views.parts.cells import strip_cell, strip_column
from shiftscope.views.parts.number_text import count

STRIP = 6


@section(ShownIntervention, place=25)
def units(shown: ShownIntervention) -> Table | None:
    """The first of them, with their strongest images."""
    selection, done = shown.selection, shown.done
    if not done:
        return None
    several = len(done.units) > 1
    rows = [
        [
            Cell(f"unit {unit}", selection.unit(unit, done.layer)),
            *([Cell("alone", shown.at(units=str(unit)))] if several else []),
            *(strip_cell(selection, name, unit, STRIP, done.layer) for name in selection.pair),
        ]
        for unit in done.units[:NAMED]
    ]
    columns = [
        Column("unit"),
        *([Column("change")] if several else []),
        *(strip_column(name) for name in selection.pair),
    ]
    note = f"The first {NAMED} of {count(len(done.units))}." if len(done.units) > NAMED else ""
    return Table(f"The units of {done.layer}", columns, rows, note=note)
