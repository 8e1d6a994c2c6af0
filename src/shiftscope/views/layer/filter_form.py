"""Which units of a layer are shown."""

from __future__ import annotations

from shiftscope.counted import counted
from shiftscope.views.layer.shown_layer import ShownLayer
from shiftscope.views.page.panels import Field, Filter
from shiftscope.views.page.section import section
from shiftscope.views.parts.number_text import count
from shiftscope.views.parts.units.unit_filter import GRAMMAR

EXAMPLES = ("novelty > 0.2", "spurious < 0.5", "shift_auroc outside 0.4 to 0.6", "shift_auroc.q < 0.05")


@section(ShownLayer, place=10)
def filter_form(layer: ShownLayer) -> Filter:
    """Conditions that units are to pass, and how many do."""
    plain = layer.at(where="")
    used = {tag for note in layer.notes.values() for tag in note.tags}
    tags = [f"tag:{tag}" for tag in sorted(used, key=str.casefold)]
    pass_ = "passes" if layer.passed == 1 else "pass"
    passed = f"{count(layer.passed)} of {counted(layer.numbers.units, 'unit', count)} {pass_}."
    outcome = layer.mistake or passed
    return Filter(
        "Filter",
        plain,
        [Field("where", "Units with", layer.where, GRAMMAR, example=EXAMPLES[0], choices=[*EXAMPLES, *tags])],
        reset=plain if layer.where else "",
        note=outcome if layer.where else "",
    )
