"""Pictures that were asked for several at once, on pages: facets, and those that were drawn together."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from shiftscope.counted import counted
from shiftscope.explain.visualisation.picture_question import PictureQuestion
from shiftscope.explain.visualisation.stored_pictures import picture_code, read_picture
from shiftscope.views.page.panels import Fold, ImageStrip, Picture, Span, StripGroup, StripGroups
from shiftscope.views.page.selection import Selection
from shiftscope.views.parts.number_text import number
from shiftscope.views.parts.pictures.made_pictures import Drawn, method_in_words, side_of
from shiftscope.views.parts.pictures.pictures import role

OF_ONE, OF_EACH = "Several of it", "Several of each"
SAYS = "each from one cluster of its strongest images, or drawn together and kept apart"
MOST = 6  # units of which several are shown


def kept_several(selection: Selection, asked: Iterable[PictureQuestion], units: Sequence[int]) -> list[Drawn]:
    """Facets and pictures drawn together with the colours of baseline or focus, of the first units that have some, in
    the order of the units and of their parts; those that are kept whole."""
    place = {unit: number for number, unit in enumerate(units)}
    sets = (selection.baseline, selection.focus)
    found = [each for each in asked if not each.alone and each.dataset in sets and each.unit in place]
    shown = set(sorted({place[each.unit] for each in found})[:MOST])
    chosen = [each for each in found if place[each.unit] in shown]
    in_order = sorted(chosen, key=lambda each: (place[each.unit], each.part))
    return [(each, picture) for each in in_order if (picture := read_picture(selection.study, each))]


def several_pictures(selection: Selection, drawn: Iterable[Drawn], key: str) -> Fold | None:
    """Of one unit, by set a strip for each time that several were asked for; None where there are none."""
    strips = _strips(selection, drawn, lambda question: "")
    groups = [
        StripGroup(["with the colours of ", Span(name, "strong")], own)
        for name in selection.pair
        if (own := [strip for (question, strip) in strips if question.dataset == name])
    ]
    return Fold(OF_ONE, SAYS, [StripGroups("", groups, captioned=True)], f"{key}-several") if groups else None


def several_of_each(
    selection: Selection,
    drawn: Iterable[Drawn],
    key: str,
    *,
    called: Callable[[int], str],
    page_of: Callable[[int], str],
) -> Fold | None:
    """The same of many units, by unit in the order of `drawn`.

    Parameters
    ----------
    called, page_of
        How a unit is called, and where it and its pictures lead.
    """
    strips = _strips(selection, drawn, lambda question: page_of(question.unit))
    groups = [
        StripGroup(
            [Span(called(unit), page=page_of(unit))],
            [
                replace(strip, title=f"{strip.title}, colours of {question.dataset}")
                for question, strip in strips
                if question.unit == unit
            ],
        )
        for unit in dict.fromkeys(question.unit for question, _ in strips)
    ]
    return (
        Fold(OF_EACH, SAYS, [StripGroups("", groups, captioned=True)], f"{key}-several") if groups else None
    )


def _strips(
    selection: Selection, drawn: Iterable[Drawn], page_of: Callable[[PictureQuestion], str]
) -> list[tuple[PictureQuestion, ImageStrip]]:
    """One for each time that several were asked for."""
    study = selection.study
    found: dict[str, tuple[PictureQuestion, list[Picture]]] = {}
    for question, picture in drawn:
        once = picture_code(study, replace(question, part=0))
        shown = side_of(
            study, question, picture, "picture", f"response {number(picture.score)}", page_of(question)
        )
        found.setdefault(once, (question, []))[1].append(shown)
    return [
        (question, ImageStrip(_in_words(question), pictures, role(selection, question.dataset)))
        for question, pictures in found.values()
    ]


def _in_words(question: PictureQuestion) -> str:
    parts = counted(question.parts, "facet") if question.facets else f"{question.parts} drawn together"
    return f"{parts}, {method_in_words(question)}, {question.steps} steps"
