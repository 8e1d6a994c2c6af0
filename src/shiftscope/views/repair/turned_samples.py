"""The samples whose answer a repair turned."""

from __future__ import annotations

from shiftscope.views.page.panels import StripGroups
from shiftscope.views.page.section import section
from shiftscope.views.parts.changed import turned_samples as parts
from shiftscope.views.repair.sentences import turned
from shiftscope.views.repair.shown_repair import ShownRepair


@section(ShownRepair, place=40)
def turned_samples(shown: ShownRepair) -> StripGroups | None:
    """Those of the held-out half."""
    if shown.found is None or not shown.found.units:
        return None
    return parts.turned_samples(
        shown.selection,
        shown.question.dataset,
        shown.answers,
        shown.turned,
        shown.images,
        lambda images: shown.at(images=images),
        note=turned(shown.answers, *shown.turned, shown.selection.study.categories),
    )
