"""What the categories' logits look like."""

from __future__ import annotations

from shiftscope.store.layout import LOGITS
from shiftscope.views.overview.shown_overview import ShownOverview
from shiftscope.views.page.panels import Fold
from shiftscope.views.page.section import section
from shiftscope.views.parts.pictures.gallery import Gallery, gallery
from shiftscope.views.parts.pictures.pictures import category_name

TITLE, KEY = "What its categories look like", "looks-like"


@section(ShownOverview, place=78)
def looks_like(overview: ShownOverview) -> Fold | None:
    """Pictures that raise the logit of a category, each leading to it; where none is kept, what draws them with a model
    at hand."""
    selection = overview.selection
    shown = Gallery(
        selection,
        LOGITS,
        range(len(selection.study.categories)),
        lambda category: category_name(selection.study, category),
        lambda category: selection.category(category),
        overview.at(),
    )
    return gallery(shown, TITLE, KEY, one="category", told=False)
