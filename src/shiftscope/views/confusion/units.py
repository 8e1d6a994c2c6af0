"""The units that respond to two categories and their confusions."""

from __future__ import annotations

from collections.abc import Callable

from shiftscope.arrays import UnitArray
from shiftscope.views.confusion.shown_confusion import ShownConfusion
from shiftscope.views.page.panels import Fold, Panel
from shiftscope.views.page.section import section
from shiftscope.views.page.selection import Selection
from shiftscope.views.parts.sets.sample_sets import Chosen, bounded, label_mean, set_mean
from shiftscope.views.parts.sets.set_units import set_units
from shiftscope.views.parts.sets.shown_sets import shown_sets

UNITS = 8


@section(ShownConfusion, place=70, units=True)
def units(confusion: ShownConfusion) -> Fold:
    """Strongest units of four sets: all samples of both categories, the confused ones of both, and of each way."""
    selection, (a, b) = confusion.selection, confusion.pair.names
    there, back = (Chosen(*way) for way in confusion.ways)
    panels: list[Panel] = [
        set_units(
            selection,
            f"Units of {selection.layer} on all samples of {a} and {b}, right and wrong",
            lambda name: label_mean(selection, name, *confusion.ways[0]),
            of=f"all samples labelled {a} or {b}, however classified (the row of Deephys' confusion page)",
            units=UNITS,
            empty=f"No sample of {selection.focus} is labelled {a} or {b}, or no unit responds to them.",
        )
    ]
    sets = {
        f"samples of {a} and {b} taken for one another": (there, back),
        f"{a} classified as {b}": (there,),
        f"{b} classified as {a}": (back,),
    }
    for which, chosen in sets.items():
        sizes = [
            len(each.of(selection.study[name].samples)) for name in shown_sets(selection) for each in chosen
        ]
        paper = " (the row of the Deephys paper)" if len(chosen) > 1 else ""
        panels.append(
            set_units(
                selection,
                f"Units of {selection.layer} on {which}",
                _over(selection, *chosen),
                of=f"the {which}{paper}" if len(chosen) > 1 else f"the samples of {which}",
                units=UNITS,
                note=bounded("A mean response", *sizes),
                empty=f"No such sample in {selection.focus} that a unit responds to."
                if selection.study[selection.focus].keeps_responses
                else f"{selection.focus} was recorded with summaries alone.",
            )
        )
    says = f"units on all samples of {a} and {b}, on those taken for one another, and on each way"
    return Fold("Where else these two meet", says, panels, "where-else")


def _over(selection: Selection, *chosen: Chosen) -> Callable[[str], UnitArray]:
    return lambda name: set_mean(selection, name, *chosen)
