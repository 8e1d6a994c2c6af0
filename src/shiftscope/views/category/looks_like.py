"""What a category's logit looks like."""

from __future__ import annotations

from shiftscope.explain.visualisation.picture_question import USUAL_METHOD
from shiftscope.store.layout import LOGITS
from shiftscope.views.category.shown_category import ShownCategory
from shiftscope.views.page.panels import Code, Fold, Panel
from shiftscope.views.page.section import section
from shiftscope.views.parts.pictures.believed import believed
from shiftscope.views.parts.pictures.colours_apart import (
    apart_in_words,
    colours_apart,
    halves_drawn,
    offer_of_halves,
    verdict_in_words,
)
from shiftscope.views.parts.pictures.figures import FigureOf, figures
from shiftscope.views.parts.pictures.looks_like_in_words import looks_like_in_words
from shiftscope.views.parts.pictures.made_pictures import ALONE, method_in_words
from shiftscope.views.parts.pictures.several_pictures import kept_several, several_pictures
from shiftscope.views.parts.pictures.visualising import command, drawing_form

TITLE, KEY = "What its logit looks like", "looks-like"
NOTE = "What raises it as far as it can, one picture of several that would: an optimum, not an image."


@section(ShownCategory, place=75)
def looks_like(category: ShownCategory) -> Fold | None:
    """With the colours of baseline and focus, how far those are apart and how much of each to believe; what draws and
    measures what is missing."""
    selection, alone = category.selection, category.drawn
    apart = colours_apart(category)
    panels: list[Panel] = []
    if alone:
        as_it_is = FigureOf(ALONE["picture"], category.sides)
        blended = FigureOf(ALONE["blended"], category.sides, side="blended", told=False)
        note = " ".join([*apart_in_words(category, apart), NOTE])
        panels.append(figures(selection, [as_it_is, blended], note, large=True))
    if apart:
        panels.append(halves_drawn(category, apart, KEY))
    if offer := offer_of_halves(category, alone, apart):
        panels.append(offer)
    in_parts = kept_several(selection, category.asked_pictures, [category.index])
    if several := several_pictures(selection, in_parts, KEY):
        panels.append(several)
    panels += believed(category, alone, method_in_words)
    told = [(question.dataset, found) for question, found in [*alone, *in_parts]]
    says = "no pictures are kept yet"
    if told:
        says = looks_like_in_words(f"the logit of {category.name}", told) + verdict_in_words(category, apart)
    missing = [
        name for name, side in zip(category.selection.pair, category.sides, strict=True) if side is None
    ]
    if offer := _offer(category, missing):
        panels.append(offer)
    if not panels:
        return None
    return Fold(TITLE, says, panels, KEY)


def _offer(category: ShownCategory, missing: list[str]) -> Panel | None:
    study = category.selection.study
    datasets = [name for name in missing if study[name].samples.pictured.any()]
    if not datasets:
        return None
    form = drawing_form(
        study,
        "Draw what its logit looks like",
        f"A picture that raises the logit of {category.name} as far as it can, with the colours, and with MACO the "
        "spectrum, of one half of a dataset.",
        parameters={"layer": LOGITS, "unit": category.index},
        page=category.at(),
        datasets=datasets,
    )
    lines = "\n".join(command(study, LOGITS, category.index, USUAL_METHOD, name) for name in datasets)
    return form or Code("These commands draw and keep them", lines)
