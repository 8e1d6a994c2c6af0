"""The samples whose answer a repair turned."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from shiftscope.outcomes.outcomes import Positions
from shiftscope.views.page.panels import ImageStrip, Link, Picture, StripGroup, StripGroups, Verdict
from shiftscope.views.page.section import section
from shiftscope.views.parts.image_sets import MANY
from shiftscope.views.parts.number_text import count
from shiftscope.views.parts.pictures import category_name, pictures
from shiftscope.views.repair.sentences import turned
from shiftscope.views.repair.shown_repair import ShownRepair


@section(ShownRepair, place=40)
def turned_samples(shown: ShownRepair) -> StripGroups | None:
    """Those of the held-out half that are fixed, with what they had been called, and those broken, with what now."""
    if shown.found is None or not shown.found.units:
        return None
    answers, study = shown.answers, shown.selection.study
    fixed, broken = shown.turned

    def before(position: int) -> str:
        return f"was {category_name(study, int(answers.before[position]))}"

    def after(position: int) -> str:
        return f"now {category_name(study, int(answers.after[position]))}"

    return StripGroups(
        f"{count(len(fixed))} fixed, {count(len(broken))} broken",
        [
            StripGroup(
                "", [_strip(shown, "fixed: the label, and what it was called before", fixed, before, "right")]
            ),
            StripGroup(
                "", [_strip(shown, "broken: the label, and what it is called now", broken, after, "wrong")]
            ),
        ],
        note=turned(answers, fixed, broken, study.categories),
        captioned=True,
    )


def _strip(
    shown: ShownRepair, title: str, positions: Positions, turn: Callable[[int], str], verdict: Verdict
) -> ImageStrip:
    selection, name = shown.selection, shown.question.dataset
    first = positions[: max(1, min(shown.images, MANY))].tolist()
    labels = selection.study[name].samples.labels

    def drawn(picture: Picture) -> Picture:
        words = f"{category_name(selection.study, int(labels[picture.position]))}, {turn(picture.position)}"
        return replace(picture, alt=words, caption=words, verdict=verdict)

    more = Link(f"all {count(len(positions))}", shown.at(images=min(len(positions), MANY)))
    return ImageStrip(
        title,
        [drawn(picture) for picture in pictures(selection, selection.study[name], first)],
        more=more if len(first) < min(len(positions), MANY) else None,
        empty="None.",
    )
