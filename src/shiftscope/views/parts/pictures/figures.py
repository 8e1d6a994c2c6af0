"""Pictures with the colours of baseline and focus, those of one unit together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from shiftscope.explain.visualisation.picture_question import PictureQuestion
from shiftscope.explain.visualisation.stored_pictures import read_picture
from shiftscope.store.stored_study import StoredStudy
from shiftscope.views.page.panels import Figure, Figures, Picture, Words
from shiftscope.views.page.selection import Selection
from shiftscope.views.parts.pictures.made_pictures import Drawn, method_in_words, responded, side_of
from shiftscope.views.parts.pictures.pictures import role

LACKING = "not drawn"
Sides = Sequence[Drawn | None]  # with the colours of baseline and focus


@dataclass(frozen=True)
class FigureOf:
    """One figure that is to be drawn."""

    name: str
    sides: Sides
    page: str = ""
    side: str = "picture"  # which of the sides that a picture has
    told: bool = True  # whether its responses are said


def read_sides(study: StoredStudy, questions: Sequence[PictureQuestion | None]) -> Sides:
    """None in the place of what is not kept, or damaged."""
    return [
        (question, found) if question and (found := read_picture(study, question)) else None
        for question in questions
    ]


def figures(
    selection: Selection, shown: Sequence[FigureOf], note: Words = "", *, title: str = "", large: bool = False
) -> Figures:
    """By baseline and focus, or by the one set that both are."""
    names = list(dict.fromkeys([selection.baseline, selection.focus]))
    sides = [(f"with the colours of {name}", role(selection, name)) for name in names]
    return Figures(title, sides, [_figure(selection.study, each) for each in shown], note, large)


def _figure(study: StoredStudy, shown: FigureOf) -> Figure:
    return Figure(
        shown.name, [_picture(study, shown, each) for each in shown.sides], _says(shown), shown.page
    )


def _picture(study: StoredStudy, shown: FigureOf, drawn: Drawn | None) -> Picture | None:
    if drawn is None:
        return None
    question, found = drawn
    colours = f"{shown.name} with the colours of {question.dataset}"
    return side_of(study, question, found, shown.side, page=shown.page, says=colours)


def _says(shown: FigureOf) -> list[str]:
    """What each responds; how it was drawn too, where the sides were not drawn in one way."""
    ways = [_way(each) if each else "" for each in shown.sides]
    apart = len(set(filter(None, ways))) > 1
    return [
        LACKING
        if each is None
        else ", ".join(
            filter(None, [responded(each[1]) if shown.told else "", way if apart and shown.told else ""])
        )
        for each, way in zip(shown.sides, ways, strict=True)
    ]


def _way(drawn: Drawn) -> str:
    question, _ = drawn
    return f"{method_in_words(question)}, {question.steps} steps"
