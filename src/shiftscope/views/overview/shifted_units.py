"""Units that a shift moved farthest."""

from __future__ import annotations

from shiftscope.views.overview.shown_overview import ROWS, ShownOverview
from shiftscope.views.page.panels import Table
from shiftscope.views.page.section import section
from shiftscope.views.parts.units_by_score import units_by_score


@section(ShownOverview, place=70)
def shifted_units(overview: ShownOverview) -> Table | None:
    """By the score in force, under any of the shifts."""
    if not overview.shifts:
        return None
    selection = overview.selection
    return units_by_score(selection, [selection.layer], overview.score, overview.shifts, ROWS)
