"""The units of a layer, row by row."""

from __future__ import annotations

from shiftscope.views.layer.shown_layer import ShownLayer
from shiftscope.views.page.panels import Table
from shiftscope.views.page.section import section


@section(ShownLayer, place=20)
def units(layer: ShownLayer) -> Table:
    """Those that pass the filter, in the order of any of their numbers."""
    return layer.table.panel()
