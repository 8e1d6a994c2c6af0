"""The units that respond to a category."""

from __future__ import annotations

from shiftscope.views.category.shown_category import ShownCategory
from shiftscope.views.page.panels import Table
from shiftscope.views.page.section import section
from shiftscope.views.parts.sample_sets import label_mean
from shiftscope.views.parts.set_units import set_units

UNITS = 12


@section(ShownCategory, place=30)
def units(category: ShownCategory) -> Table:
    """Those that respond most to its samples in the focus, and how they do in the others."""
    selection, name = category.selection, category.name
    return set_units(
        selection,
        f"Units of {selection.layer} that respond to {name}",
        lambda dataset: label_mean(selection, dataset, category.index),
        of=f"the samples labelled {name}",
        units=UNITS,
        empty=f"No unit responds to it in {selection.focus}, or there is no sample labelled {name}.",
    )
