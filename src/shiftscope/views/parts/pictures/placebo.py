"""Pictures of two halves of the reference, of the division where they differ most: what chance makes of two sets."""

from __future__ import annotations

from collections.abc import Sequence

from shiftscope.explain.visualisation.pair_distance import PairDistance
from shiftscope.views.page.panels import Fold, ImageStrip, StripGroup, StripGroups
from shiftscope.views.parts.pictures.made_pictures import Drawn, sides_of
from shiftscope.views.parts.pictures.pictures import role
from shiftscope.views.parts.pictures.shown_pictures import ShownPictures

TITLE, KEY = "Placebo", "placebo"


def placebo(
    unit: ShownPictures,
    shown: Sequence[tuple[str, Sequence[tuple[Drawn, Drawn]], PairDistance]],
    *,
    says: str,
    headed: str,
    key: str,
) -> Fold:
    """What was drawn of each half, under one heading each, of the division whose pictures are farthest apart.

    Parameters
    ----------
    shown
        How pictures were drawn, those of both halves of each division, and how far they are apart.
    says
        Of what chance makes two: "two uses".
    headed
        What comes before "one half".
    key
        Of the section.
    """
    reference = unit.selection.study.reference
    farthest = [(title, halves[distance.farthest]) for title, halves, distance in shown]
    groups = []
    for place, which in enumerate(("one", "the other")):
        strips = [
            ImageStrip(title, sides_of(unit.selection.study, *pair[place]), role(unit.selection, reference))
            for title, pair in farthest
        ]
        groups.append(StripGroup(f"{headed} {which} half of {reference}", strips))
    told = f"what chance makes of {says}: halves of {reference}, drawn in the same way"
    several = any(len(halves) > 1 for _, halves, _ in shown)
    note = "of the division whose two pictures are the farthest apart" if several else ""
    return Fold(TITLE, told, [StripGroups("", groups, note, captioned=True)], f"{key}-{KEY}")
