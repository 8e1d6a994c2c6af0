"""Units that argue for the wrong answers under a shift."""

from __future__ import annotations

from collections.abc import Sequence

from shiftscope.scores.score import unit_scores
from shiftscope.views.overview.shifted_units import shifted_units
from shiftscope.views.page.panels import Message, Panel
from shiftscope.views.page.selection import Selection

TITLE = "Units most to blame"


def blamed_units(selection: Selection, shifts: Sequence[str], most: int) -> Panel:
    """The units before the head with the largest blame under any of `shifts`, and what moves them there."""
    heads = list(selection.study.heads.values())
    if not heads:
        return Message(TITLE, "No recorded layer feeds the logits by a linear map, so no unit can be blamed.")
    # Layers that are all of what enters the head say the same twice; those that are parts of it each say their own.
    layers = [each.layer for each in (heads[:1] if heads[0].alone else heads)]
    return shifted_units(
        selection,
        layers,
        unit_scores["blame"],
        shifts,
        most,
        positive=True,
        heading=TITLE,
        empty=f"No unit of {' and '.join(layers)} argues more for wrong answers than for right ones; it takes "
        "both, with labels and single responses kept.",
    )
