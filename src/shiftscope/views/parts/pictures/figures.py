"""Pictures with the colours of baseline and focus, those of one unit together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from shiftscope.counted import counted
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
    sides = [(f"with the colours of {name}", role(selection, name)) for name in selection.pair]
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
    """What each responds, and how it was drawn as far as the sides were not drawn in one way."""
    ways = [_way(each) for each in shown.sides if each]
    apart = [name for name in _in_all(ways) if len({way[name] for way in ways}) > 1]
    return [
        LACKING
        if each is None
        else ", ".join([responded(each[1]), *(_way(each)[name] for name in apart)])
        if shown.told
        else ""
        for each in shown.sides
    ]


def _way(drawn: Drawn) -> dict[str, str]:
    """How it was drawn but for the colours, in words by what is told; the prior is told with the method."""
    question, found = drawn
    (rows, columns), (low, high) = found.image.shape[1:], found.range
    return {
        "method": f"{method_in_words(question)}, {question.steps} steps",
        "crops": counted(question.crops, "crop"),
        "size": f"{rows}\u00a0×\u00a0{columns}",
        "range": f"range {low:g} to {high:g}",
        "seed": f"seed {question.seed}",
        **{
            name: f"{name.replace('_', ' ')} {value}"
            for name, value in question.options.items()
            if name != "prior"
        },
    }


def _in_all(ways: Sequence[dict[str, str]]) -> list[str]:
    """What is told of each: methods have options of their own."""
    return [name for name in ways[0] if all(name in way for way in ways)] if ways else []
