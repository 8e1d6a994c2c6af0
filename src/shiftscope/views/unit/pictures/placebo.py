"""Pictures of two halves of the reference: what chance makes of two sets."""

from __future__ import annotations

from collections.abc import Sequence

from shiftscope.views.page.panels import Fold, ImageStrip, StripGroup, StripGroups
from shiftscope.views.parts.pictures.made_pictures import Drawn, sides_of
from shiftscope.views.parts.pictures.pictures import role
from shiftscope.views.unit.shown_unit import ShownUnit

TITLE, KEY = "Placebo", "placebo"


def placebo(
    unit: ShownUnit,
    halves: Sequence[tuple[str, tuple[Drawn, Drawn]]],
    *,
    says: str,
    headed: str,
    key: str,
) -> Fold:
    """What was drawn of each half, under one heading each.

    Parameters
    ----------
    halves
        Pictures of both, with how they were drawn.
    says
        Of what chance makes two: "two uses".
    headed
        What comes before "one half".
    key
        Of the section.
    """
    reference = unit.study.reference
    groups = []
    for place, which in enumerate(("one", "the other")):
        strips = [
            ImageStrip(title, sides_of(unit.study, *pair[place]), role(unit.selection, reference))
            for title, pair in halves
        ]
        groups.append(StripGroup(f"{headed} {which} half of {reference}", strips))
    told = f"what chance makes of {says}: halves of {reference}, drawn in the same way"
    return Fold(TITLE, told, [StripGroups("", groups, captioned=True)], f"{key}-{KEY}")
