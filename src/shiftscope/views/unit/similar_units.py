"""Units that respond to the same categories as one unit."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from shiftscope.statistics.ranked import ranked
from shiftscope.store.stored_recording import Recording
from shiftscope.summaries.category_sums import CategorySums
from shiftscope.tuning.similar_units import Profiles, similar_profiles, standard_profiles
from shiftscope.views.page.panels import Cell, Column, Fold, Table
from shiftscope.views.page.section import section
from shiftscope.views.parts.cells import number_cell, strip_cell, strip_column
from shiftscope.views.parts.number_text import number
from shiftscope.views.parts.readable_notes import readable_notes
from shiftscope.views.unit.shown_unit import ShownUnit

UNITS = 8
STRIP = 6


@section(ShownUnit, place=70)
def similar_units(unit: ShownUnit) -> Fold:
    """The units whose profile in the focus is most like this one's, and how alike they are in the others."""
    selection, layer, index = unit.selection, unit.layer, unit.index
    likeness = similar_profiles(_profiles(selection.study[selection.focus], layer), index)
    likeness[index] = np.nan
    chosen = [int(unit) for unit in ranked(likeness)[:UNITS] if not np.isnan(likeness[unit])]
    followers = [name for name in unit.sets if name != selection.focus]
    alike = {selection.focus: likeness[chosen]}
    for name in followers:
        few = standard_profiles(selection.study[name].summary(layer, CategorySums), [index, *chosen])
        alike[name] = similar_profiles(few, 0)[1:]
    notes, _ = readable_notes(selection.study, layer)  # why there are none is said where notes are written
    how = (
        "Pearson correlation of the two units' mean responses to the categories in {}: 1 is the same profile."
    )
    columns = [
        Column("unit"),
        *(Column(name, how.format(name), numeric=True) for name in alike),
        strip_column(selection.focus),
    ]
    rows = []
    for row, other in enumerate(chosen):
        label = notes[other].label if other in notes else ""
        rows.append(
            [
                Cell(f"unit {other}", selection.unit(other, layer), note=label),
                *(number_cell(float(values[row])) for values in alike.values()),
                strip_cell(selection, selection.focus, other, STRIP, layer),
            ]
        )
    note = (
        f"Chosen by their profiles in {selection.focus}, the focus; where the other columns are lower, the shift "
        "has parted the two."
    )
    empty = "A profile needs three categories with samples, and responses that differ between them."
    said = [(name, np.asarray(values)) for name, values in alike.items() if name in unit.pair]
    says = ", ".join(
        f"{number(float(values[0]))} in {name}"
        for name, values in said
        if len(values) and np.isfinite(values[0])
    )
    return Fold(
        "Most similar units",
        f"unit {chosen[0]}: {says}" if chosen else "none has a profile to compare",
        [Table("", columns, rows, note=note, empty=empty)],
        "similar-units",
    )


@lru_cache(maxsize=8)  # 8 MB each at 1,000 categories and 2,048 units
def _profiles(recording: Recording, layer: str) -> Profiles:
    """Of all units, kept: to make them takes ten times as long as to compare one with the others."""
    return standard_profiles(recording.summary(layer, CategorySums))
