"""What a layer's units look like."""

from __future__ import annotations

from shiftscope.views.layer.shown_layer import ShownLayer
from shiftscope.views.page.panels import Fold
from shiftscope.views.page.section import section
from shiftscope.views.parts.pictures.gallery import Gallery, gallery

TITLE, KEY = "What its units look like", "looks-like"


@section(ShownLayer, place=45)
def looks_like(layer: ShownLayer) -> Fold | None:
    """Pictures that are kept for its units, in the order of the table and of those that pass its filter."""
    selection, name = layer.selection, layer.selection.layer
    shown = Gallery(
        selection,
        name,
        layer.table.order.tolist(),
        lambda unit: f"unit {unit}",
        lambda unit: selection.unit(unit, name),
        layer.at(),
    )
    return gallery(shown, TITLE, KEY, one="unit")
