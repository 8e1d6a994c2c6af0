"""Why a unit's page shows another focus than the one asked for."""

from __future__ import annotations

from collections.abc import Sequence

from shiftscope.views.page.panels import Message
from shiftscope.views.page.section import section
from shiftscope.views.unit.shown_unit import ShownUnit


@section(ShownUnit, place=1)
def refused_focus(unit: ShownUnit) -> Sequence[Message]:
    """Nothing where it is the one asked for."""
    return unit.refused
