"""What the categories' logits look like."""

from __future__ import annotations

from dataclasses import replace

from shiftscope.explain.visualisation.stored_pictures import asked_pictures
from shiftscope.store.layout import LOGITS
from shiftscope.views.overview.shown_overview import ShownOverview, worst_first
from shiftscope.views.page.panels import Fold
from shiftscope.views.page.section import section
from shiftscope.views.parts.category_name import category_name
from shiftscope.views.parts.pictures.gallery import Gallery, gallery

TITLE, KEY = "What its categories look like", "looks-like"


@section(ShownOverview, place=78)
def looks_like(overview: ShownOverview) -> Fold | None:
    """Pictures that raise the logit of a category, each leading to it; where none is kept, what draws them with a model
    at hand."""
    selection = overview.selection
    shown = Gallery(
        replace(selection, focus=_beside(overview)),
        LOGITS,
        range(len(selection.study.categories)),
        lambda category: category_name(selection.study, category),
        lambda category: selection.category(category),
        overview.at(),
    )
    return gallery(shown, TITLE, KEY, one="category", told=False)


def _beside(overview: ShownOverview) -> str:
    """The set whose pictures stand beside the baseline's: the focus, else of the shown sets the one of which most are
    kept, the worst first; the baseline where none are."""
    selection = overview.selection
    if selection.focus != selection.baseline:
        return selection.focus
    drawn = {each.name: set[int]() for each in worst_first(overview.suffered)}
    for question in asked_pictures(selection.study, LOGITS):
        if question.plain and question.dataset in drawn:
            drawn[question.dataset].add(question.unit)
    most = max(drawn, key=lambda name: len(drawn[name]), default="")
    return most if drawn.get(most) else selection.baseline
