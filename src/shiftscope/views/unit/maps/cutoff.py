"""How faithful a unit's maps are by the cutoff of their low-pass filter."""

from __future__ import annotations

from shiftscope.explain.attribution.low_pass.fitted_low_pass import FIT
from shiftscope.views.page.panels import Line, Lines
from shiftscope.views.parts.axis import Axis
from shiftscope.views.parts.number_text import number
from shiftscope.views.unit.maps.chosen_maps import chosen_maps
from shiftscope.views.unit.shown_unit import ShownUnit


def cutoff_lines(unit: ShownUnit) -> Lines | None:
    """F over the cutoffs that were tried on the fit half of the reference; None where none was fitted."""
    fitted = next((each.fitted for each in chosen_maps(unit) if each.fitted), None)
    if fitted is None:
        return None
    values = fitted.mean_curve.tolist()
    axis = Axis.holding(values)
    marks = [(f"{cutoff:.3g}", "") for cutoff in fitted.grid.tolist()]
    chosen = fitted.grid.tolist().index(fitted.cutoff)
    said = f"F on the {FIT} by cutoff in cycles per image, largest at {fitted.cutoff:.3g}: {number(values[chosen])}"
    ticks = [(axis.low + place * (axis.high - axis.low), text) for place, text in axis.ticks(number)]
    low = [(axis.low, "")] if ticks[0][0] > axis.low else []
    high = [(axis.high, "")] if ticks[-1][0] < axis.high else []
    line = Line("F", values, "baseline")
    return Lines(
        "Where the low-pass filter cuts",
        [line],
        marks,
        [*low, *ticks, *high],
        said,
        said,
        chosen,
        chart="cutoff",
    )
