"""Which units are changed."""

from __future__ import annotations

from shiftscope.views.intervention.shown_intervention import ShownIntervention
from shiftscope.views.page.panels import Field, Filter
from shiftscope.views.page.section import section


@section(ShownIntervention, place=10)
def units_form(shown: ShownIntervention) -> Filter:
    """Their numbers, to be written."""
    selection, units, plain = shown.selection, shown.asked, shown.at(units="")
    how_many = "unit" if len(shown.units) == 1 else f"{len(shown.units)} units"
    blamed = f"the {how_many} most to blame in {selection.focus}"
    none = f"no unit's silence repairs more than it breaks in {selection.focus}"
    proposed = f": {blamed if shown.units else none}" if shown.through_head else ""
    return Filter(
        f"Units of {selection.layer} to change",
        plain,
        [Field("units", "Units", units, "Numbers with commas between: 3, 17")],
        button="Change",
        reset=plain if units else "",
        note="" if units else f"None asked for{proposed}.",
    )
