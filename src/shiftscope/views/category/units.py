"""The units that respond to a category."""

from __future__ import annotations

from shiftscope.views.category.shown_category import ShownCategory
from shiftscope.views.page.panels import Fold
from shiftscope.views.page.section import section
from shiftscope.views.parts.sets.sample_sets import label_mean
from shiftscope.views.parts.sets.set_units import set_units

UNITS = 12


@section(ShownCategory, place=60, units=True)
def units(category: ShownCategory) -> Fold:
    """Those that respond most to its samples in the focus, and how they do in the others."""
    selection, name = category.selection, category.name
    table = set_units(
        selection,
        f"Units of {selection.layer} that respond to {name}",
        lambda dataset: label_mean(selection, dataset, category.index),
        of=f"the samples labelled {name}",
        units=UNITS,
        empty=f"No unit responds to it in {selection.focus}, or there is no sample labelled {name}.",
    )
    says = f"{len(table.rows)} of {selection.layer} that respond to it most in {selection.focus}"
    return Fold("Strongest units", says, [table], "strongest-units")
