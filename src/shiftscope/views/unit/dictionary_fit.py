"""Whether the dictionary behind a feature still reads the focus."""

from __future__ import annotations

from collections.abc import Sequence

from shiftscope.views.page.panels import Panel
from shiftscope.views.page.section import section
from shiftscope.views.parts.derived.dictionary_fit import said
from shiftscope.views.unit.shown_unit import ShownUnit


@section(ShownUnit, place=2)
def dictionary_fit(unit: ShownUnit) -> Sequence[Panel]:
    """In words; its numbers stand on the layer's page."""
    baseline = unit.gate.said([unit.selection.baseline])
    return [*said(unit.selection, unit.layer, unit.fit), *baseline]
