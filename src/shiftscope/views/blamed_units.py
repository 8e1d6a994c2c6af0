"""Units that argue for the wrong answers under a shift."""

from __future__ import annotations

from collections.abc import Sequence

from shiftscope.scores.score import unit_scores
from shiftscope.views.look import Look
from shiftscope.views.panels import Message, Panel
from shiftscope.views.shifted_units import shifted_units

TITLE = "Units most to blame"


def blamed_units(look: Look, shifts: Sequence[str], most: int) -> Panel:
    """The units before the head with the largest blame under any of `shifts`, and what moves them there."""
    if look.study.head is None:
        return Message(TITLE, "No recorded layer feeds the logits by a linear map, so no unit can be blamed.")
    layer = look.study.head[0]
    return shifted_units(
        look,
        layer,
        unit_scores["blame"],
        shifts,
        most,
        positive=True,
        heading=TITLE,
        empty=f"No unit of {layer} argues more for wrong answers than for right ones; it takes both, with labels and "
        "single responses kept.",
    )
