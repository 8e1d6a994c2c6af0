"""Units that argue for the wrong answers under a shift."""

from __future__ import annotations

from shiftscope.scores.score import unit_scores
from shiftscope.views.overview.shown_overview import ROWS, ShownOverview
from shiftscope.views.page.panels import Message, Panel
from shiftscope.views.page.section import section
from shiftscope.views.parts.units_by_score import units_by_score

TITLE = "Units most to blame"


@section(ShownOverview, place=60)
def blamed_units(overview: ShownOverview) -> Panel | None:
    """The units before the head with the largest blame under any of the shifts, and what moves them there."""
    if not overview.shifts:
        return None
    selection = overview.selection
    heads = list(selection.study.heads.values())
    if not heads:
        return Message(TITLE, "No recorded layer feeds the logits by a linear map, so no unit can be blamed.")
    # Layers that are all of what enters the head say the same twice; those that are parts of it each say their own.
    layers = [each.layer for each in (heads[:1] if heads[0].alone else heads)]
    return units_by_score(
        selection,
        layers,
        unit_scores["blame"],
        overview.shifts,
        ROWS,
        positive=True,
        heading=TITLE,
        empty=f"No unit of {' and '.join(layers)} argues more for wrong answers than for right ones; it takes "
        "both, with labels and single responses kept.",
    )
