"""Whether the model can do on the baseline what it is for."""

from __future__ import annotations

from shiftscope.outcomes.chance import chance_in_words
from shiftscope.views.overview.shown_overview import ShownOverview
from shiftscope.views.page.panels import Message
from shiftscope.views.page.section import section
from shiftscope.views.parts.accuracy import answers


@section(ShownOverview, place=5)
def chance(overview: ShownOverview) -> Message | None:
    """A sentence where it guesses, before all that is compared."""
    selection = overview.selection
    right, labelled = answers(selection, selection.baseline)
    told = chance_in_words(selection.baseline, right, labelled, len(selection.study.categories))
    return Message("No better than chance", told) if told else None
