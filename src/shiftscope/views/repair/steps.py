"""How much each further unit gives."""

from __future__ import annotations

import math

from shiftscope.statistics.split import FIT, HELD_OUT
from shiftscope.views.page.panels import Line, Lines
from shiftscope.views.page.section import section
from shiftscope.views.repair.sentences import how_many_needed
from shiftscope.views.repair.shown_repair import ShownRepair
from shiftscope.views.repair.zoomed_axis import ZoomedAxis

BEYOND = 3  # steps shown after those that were taken
FEWEST = 5  # steps shown, where there are so many
NAMED = 8  # of them, so that names fit on a narrow screen
ROWS = 6  # of the grid


@section(ShownRepair, place=20, beside=True)
def steps(shown: ShownRepair) -> Lines | None:
    """Accuracy on both halves by units silenced, in the order of the search."""
    found = shown.found
    if found is None or not found.path:
        return None
    length = min(len(found.path), max(len(found.units) + BEYOND, FEWEST))
    halves = found.halves[found.dataset]
    search, held_out = (
        [int(right) / max(int((halves == half).sum()), 1) for right in found.steps.right[half, : length + 1]]
        for half in (FIT, HELD_OUT)
    )
    marks = [
        (str(step), f"+{found.path[step - 1]}" if step else "")
        if _named(step, len(found.units), length)
        else ("", "")
        for step in range(length + 1)
    ]
    told = "; ".join(
        f"{step}: {100 * there:.1f} % in the search, {100 * held:.1f} % held out"
        for step, (there, held) in enumerate(zip(search, held_out, strict=True))
    )
    return Lines(
        how_many_needed(found),
        [Line("search", search), Line("held out", held_out, "focus")],
        marks,
        ZoomedAxis.over([*search, *held_out], ROWS).ticks(),
        description=f"Accuracy in {found.dataset} by number of units silenced. {told}.",
        note=f"accuracy in {found.dataset}, by units silenced; +: the unit added",
        chosen=len(found.units),
        chart="steps",
    )


def _named(step: int, chosen: int, length: int) -> bool:
    """Every so many steps, and the one that was chosen, whose neighbours leave it room."""
    every = math.ceil((length + 1) / NAMED)
    return step == chosen or (step % every == 0 and abs(step - chosen) >= every)
