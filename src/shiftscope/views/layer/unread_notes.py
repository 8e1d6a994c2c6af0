"""Why a layer's page is without the notes of its units."""

from __future__ import annotations

from shiftscope.views.layer.shown_layer import ShownLayer
from shiftscope.views.page.panels import Message
from shiftscope.views.page.section import section


@section(ShownLayer, place=5)
def unread_notes(layer: ShownLayer) -> list[Message]:
    """Nothing where they can be read."""
    return layer.unread
