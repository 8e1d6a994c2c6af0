"""Whether a derived layer still reads the focus, before its codes."""

from __future__ import annotations

from collections.abc import Sequence

from shiftscope.views.layer.shown_layer import ShownLayer
from shiftscope.views.page.panels import Panel
from shiftscope.views.page.section import section
from shiftscope.views.parts.derived.dictionary_fit import said, table_of


@section(ShownLayer, place=2)
def dictionary_fit(layer: ShownLayer) -> Sequence[Panel]:
    """In words, and a table with a row for each dataset."""
    selection = layer.selection
    words = [*said(selection, selection.layer, layer.fit), *layer.gate.said([selection.baseline])]
    return [*words, table_of(selection, selection.layer, layer.fit)] if layer.fit else words
