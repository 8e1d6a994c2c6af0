"""The units whose mean response to a category changed most."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from shiftscope.tuning.set_means import Difference, welch
from shiftscope.views.category.shown_category import ShownCategory
from shiftscope.views.page.panels import Table
from shiftscope.views.page.section import section
from shiftscope.views.parts.sets.sample_sets import Chosen, as_share, label_mean, mean_response
from shiftscope.views.parts.units.response_changes import response_changes


@section(ShownCategory, place=30, units=True)
def changes(category: ShownCategory) -> Table | None:
    """From the baseline to the focus; nothing where either has no such sample, or they are one."""
    selection, index = category.selection, category.index
    if selection.focus == selection.baseline:
        return None
    before, after = (label_mean(selection, name, index) for name in (selection.baseline, selection.focus))
    if np.isnan(after - before).all():
        return None

    def sure(units: Sequence[int]) -> Difference:
        compared = [selection.study[name] for name in (selection.focus, selection.baseline)]
        nothing = np.full(len(units), np.nan)
        if not all(recording.keeps_responses for recording in compared):
            return Difference(nothing, nothing, nothing)
        focus, baseline = (mean_response(r, selection.layer, Chosen(label=index)) for r in compared)
        return welch(focus.at(units), baseline.at(units)).times(
            as_share(selection, np.ones(len(units)), units)
        )

    ways = tuple(f"mean over {category.name} in {name}" for name in (selection.baseline, selection.focus))
    title = f"Units of {selection.layer} that answer {category.name} otherwise"
    return response_changes(selection, title, before, after, sure=sure, ways=(ways[0], ways[1]))
