"""Why a layer's page shows another focus than the one asked for."""

from __future__ import annotations

from collections.abc import Sequence

from shiftscope.views.layer.shown_layer import ShownLayer
from shiftscope.views.page.panels import Message
from shiftscope.views.page.section import section


@section(ShownLayer, place=1)
def refused_focus(layer: ShownLayer) -> Sequence[Message]:
    """Nothing where it is the one asked for."""
    return layer.refused
