"""The samples whose answer a repair turned."""

from __future__ import annotations

from shiftscope.outcomes.outcomes import Positions
from shiftscope.views.page.panels import ImageStrip, Link, StripGroup, StripGroups
from shiftscope.views.page.section import section
from shiftscope.views.parts.image_sets import MANY
from shiftscope.views.parts.number_text import count
from shiftscope.views.parts.pictures import pictures
from shiftscope.views.parts.turned_picture import turned_picture
from shiftscope.views.repair.sentences import turned
from shiftscope.views.repair.shown_repair import ShownRepair


@section(ShownRepair, place=40)
def turned_samples(shown: ShownRepair) -> StripGroups | None:
    """Those of the held-out half that are fixed, with what they had been called, and those broken, with what now."""
    if shown.found is None or not shown.found.units:
        return None
    fixed, broken = shown.turned
    return StripGroups(
        f"{count(len(fixed))} fixed, {count(len(broken))} broken",
        [
            StripGroup("", [_strip(shown, "fixed: the label, and what it was called before", fixed)]),
            StripGroup("", [_strip(shown, "broken: the label, and what it is called now", broken)]),
        ],
        note=turned(shown.answers, fixed, broken, shown.selection.study.categories),
        captioned=True,
    )


def _strip(shown: ShownRepair, title: str, positions: Positions) -> ImageStrip:
    selection, name = shown.selection, shown.question.dataset
    first = positions[: max(1, min(shown.images, MANY))].tolist()
    more = Link(f"all {count(len(positions))}", shown.at(images=min(len(positions), MANY)))
    return ImageStrip(
        title,
        [
            turned_picture(selection.study, shown.answers, picture)
            for picture in pictures(selection, selection.study[name], first)
        ],
        more=more if len(first) < min(len(positions), MANY) else None,
        empty="None.",
    )
