"""What a category's logit looks like."""

from __future__ import annotations

from shiftscope.explain.visualisation.picture_question import USUAL_METHOD
from shiftscope.explain.visualisation.stored_pictures import asked_pictures
from shiftscope.store.layout import LOGITS
from shiftscope.views.category.shown_category import ShownCategory
from shiftscope.views.page.panels import Code, Fold, Panel
from shiftscope.views.page.section import section
from shiftscope.views.parts.pictures.figures import FigureOf, figures, read_sides
from shiftscope.views.parts.pictures.gallery import kept_of, sets_of
from shiftscope.views.parts.pictures.looks_like_in_words import looks_like_in_words
from shiftscope.views.parts.pictures.made_pictures import ALONE
from shiftscope.views.parts.pictures.several_pictures import kept_several, several_pictures
from shiftscope.views.parts.pictures.visualising import command, drawing_form

TITLE, KEY = "What its logit looks like", "looks-like"
NOTE = "What raises it as far as it can, one picture of several that would: an optimum, not an image."


@section(ShownCategory, place=75)
def looks_like(category: ShownCategory) -> Fold | None:
    """With the colours of baseline and focus; what draws the one that is missing."""
    selection = category.selection
    asked = list(asked_pictures(selection.study, LOGITS, category.index))
    kept = kept_of(selection, asked, [category.index])
    sides = read_sides(selection.study, [own.get(category.index) for own in kept.values()])
    panels: list[Panel] = []
    if any(sides):
        alone = FigureOf(ALONE["picture"], sides)
        blended = FigureOf(ALONE["blended"], sides, side="blended", told=False)
        panels.append(figures(selection, [alone, blended], NOTE, large=True))
    in_parts = kept_several(selection, asked, [category.index])
    if several := several_pictures(selection, in_parts, KEY):
        panels.append(several)
    told = [(question.dataset, found) for question, found in [*filter(None, sides), *in_parts]]
    says = looks_like_in_words(f"the logit of {category.name}", told) if told else "no pictures are kept yet"
    if offer := _offer(category, [name for name in sets_of(selection) if category.index not in kept[name]]):
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
