"""Pictures that were asked for several at once, on pages: facets, and those that were drawn together."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from shiftscope.explain.visualisation.stored_pictures import picture_code
from shiftscope.views.page.panels import Fold, ImageStrip, Picture, Span, StripGroup, StripGroups
from shiftscope.views.page.selection import Selection
from shiftscope.views.parts.made_pictures import Drawn, method_in_words, side_of
from shiftscope.views.parts.number_text import number
from shiftscope.views.parts.pictures import role

OF_ONE, OF_EACH = "Several of it", "Several of each"
SAYS = "each from one cluster of its strongest images, or drawn together and kept apart"


def several_pictures(
    selection: Selection,
    drawn: Iterable[Drawn],
    key: str,
    *,
    called: Callable[[int], str] | None = None,
    page_of: Callable[[int], str] | None = None,
) -> Fold | None:
    """By set a strip for each time that several were asked for, in the order of `drawn`; None where there are none.

    Parameters
    ----------
    called, page_of
        How a unit is called and where its pictures lead, where they are of several units.
    """
    study = selection.study
    strips: dict[str, dict[str, ImageStrip]] = {}
    for question, found in drawn:
        once = picture_code(study, replace(question, part=0))
        kind = "facets" if question.facets else "drawn together"
        says = f"{question.parts} {kind}, {method_in_words(question)}, {question.steps} steps"
        title = f"{called(question.unit)}: {says}" if called else says
        page = page_of(question.unit) if page_of else ""
        own = strips.setdefault(question.dataset, {})
        before: list[Picture] = [*own[once].pictures] if once in own else []
        picture = side_of(study, question, found, "picture", f"response {number(found.score)}", page)
        own[once] = ImageStrip(title, [*before, picture], role(selection, question.dataset))
    groups = [
        StripGroup(["with the colours of ", Span(name, "strong")], [*strips[name].values()])
        for name in dict.fromkeys([selection.baseline, selection.focus])
        if name in strips
    ]
    if not groups:
        return None
    title = OF_EACH if called else OF_ONE
    return Fold(title, SAYS, [StripGroups("", groups, captioned=True)], f"{key}-several")
