"""How strongly a unit responds, and how often."""

from __future__ import annotations

from shiftscope.percent import whole_percent
from shiftscope.summaries.moments import Moments
from shiftscope.views.page.panels import Fold
from shiftscope.views.page.section import section
from shiftscope.views.unit.numbers.numbers import numbers
from shiftscope.views.unit.numbers.unit_histogram import unit_histogram
from shiftscope.views.unit.shown_unit import ShownUnit


@section(ShownUnit, place=40)
def how_often(unit: ShownUnit) -> Fold:
    """Histograms, and the numbers of every set."""
    shares = [
        f"on {whole_percent(float(unit.study[name].summary(unit.layer, Moments).firing_rate()[unit.index]))} of {name}"
        for name in unit.pair
    ]
    says = f"it fires {', '.join(shares)}"
    return Fold("How strongly, how often", says, [unit_histogram(unit), numbers(unit)], "how-often")
