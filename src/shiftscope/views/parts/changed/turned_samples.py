"""The samples of one set whose answer a change of units turned, right ones beside wrong ones."""

from __future__ import annotations

from collections.abc import Callable

from shiftscope.explain.interventions.intervention import Answers
from shiftscope.outcomes.outcomes import Positions
from shiftscope.views.page.panels import ImageStrip, Link, StripGroup, StripGroups
from shiftscope.views.page.selection import Selection
from shiftscope.views.parts.changed.turned_picture import turned_picture
from shiftscope.views.parts.number_text import count
from shiftscope.views.parts.pictures.pictures import pictures
from shiftscope.views.parts.sets.image_sets import MANY


def turned_samples(
    selection: Selection,
    dataset: str,
    answers: Answers,
    turned: tuple[Positions, Positions],
    images: int,
    more: Callable[[int], str],
    *,
    where: str = "",
    note: str = "",
) -> StripGroups:
    """Those that are fixed, with what they had been called, and those broken, with what now.

    Parameters
    ----------
    turned
        Positions of the fixed samples and of the broken ones, in the order in which they are shown.
    images
        How many to show of either at first.
    more
        From a number of images to the address of the same page with as many.
    where
        Ends the heading.
    """

    def strip(title: str, positions: Positions) -> ImageStrip:
        first = positions[: max(1, min(images, MANY))].tolist()
        whole = min(len(positions), MANY)
        return ImageStrip(
            title,
            [
                turned_picture(selection.study, answers, picture)
                for picture in pictures(selection, selection.study[dataset], first)
            ],
            more=Link(f"all {count(len(positions))}", more(whole)) if len(first) < whole else None,
            empty="None.",
        )

    fixed, broken = turned
    return StripGroups(
        f"{count(len(fixed))} fixed, {count(len(broken))} broken{where}",
        [
            StripGroup("", [strip("fixed: the label, and what it was called before", fixed)]),
            StripGroup("", [strip("broken: the label, and what it is called now", broken)]),
        ],
        note=note,
        captioned=True,
    )
