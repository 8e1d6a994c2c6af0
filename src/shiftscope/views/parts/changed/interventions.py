"""The ways to the page on which units are changed, and to the one on which they are searched."""

from __future__ import annotations

from collections.abc import Sequence

from shiftscope.views.page.panels import Link
from shiftscope.views.page.selection import Selection
from shiftscope.views.page.viewed_study import jobs_of

AT = "interventions"
REPAIR = "repair"


def interventions(selection: Selection, layer: str, units: Sequence[int], text: str) -> list[Link]:
    """The way to the page that changes these units; none where neither the head nor a model tells what is answered."""
    if layer not in selection.study.heads and jobs_of(selection.study) is None:
        return []
    help = "What the model answers on each dataset without them."
    return [Link(text, selection.page(AT, layer=layer, units=",".join(map(str, units))), help)]
