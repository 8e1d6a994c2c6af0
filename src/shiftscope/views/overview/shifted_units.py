"""Units that a shift moved farthest."""

from __future__ import annotations

from collections import Counter

from shiftscope.scores.score import unit_scores
from shiftscope.views.overview.shown_overview import ROWS, ShownOverview
from shiftscope.views.overview.units_by_score import units_by_score
from shiftscope.views.page.panels import Fold
from shiftscope.views.page.section import section
from shiftscope.views.parts.units.unit_scores import title


@section(ShownOverview, place=65, units=True)
def shifted_units(overview: ShownOverview) -> Fold | None:
    """By the score asked for, or by the change of what units answer to, or of how strongly where only that is sure,
    under any of the shifts."""
    if not overview.shifts:
        return None
    selection, score = overview.selection, overview.score or unit_scores[_usual(overview)]
    table = units_by_score(selection, [selection.layer], score, overview.beside, ROWS)
    first = table.rows[0] if table.rows else None
    found = (
        f"by {title(score.name)}: {first[0].text} of {selection.layer} in {first[1].text}, {first[2].text}"
        if first
        else "none can be measured"
    )
    if first:
        found = overview.gate.before(found, first[1].text)
    return Fold("Units that changed most", found, [table], "units")


def _usual(overview: ShownOverview) -> str:
    """The change of strength where units differ surely in that and in none of their preferences."""
    found: Counter[str] = Counter()
    for name in overview.beside:
        found.update({way.score: units for way, units in overview.differing(name)})
    return "shift_auroc" if found["shift_auroc"] and not found["spurious"] else "spurious"
