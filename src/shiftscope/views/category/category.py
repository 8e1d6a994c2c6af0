"""One category: how well it is classified, what it is taken for, which units respond to it, and which changed."""

from __future__ import annotations

from shiftscope.store.stored_study import StoredStudy
from shiftscope.views.category.shown_category import ShownCategory
from shiftscope.views.page.address import PageAddress
from shiftscope.views.page.panels import Link, Page
from shiftscope.views.page.section import panels_of
from shiftscope.views.page.selection import Selection
from shiftscope.views.page.view import view
from shiftscope.views.parts.image_sets import FEW
from shiftscope.views.parts.pictures import category_name


@view("categories/{index}")
def category(
    study: StoredStudy,
    index: int,
    *,
    layer: str | None = None,
    baseline: str | None = None,
    focus: str | None = None,
    images: int = FEW,
) -> Page:
    """Accuracy, errors and units in each dataset; unless chosen, the first shifted dataset is the focus."""
    selection = Selection.at(study, layer, baseline, focus)
    selection = selection.focused_on(selection.others()[0]) if selection.others() else selection
    study.check_category(index)
    last = len(study.categories) - 1
    at = PageAddress(selection, f"categories/{index}", category, {"images": images})
    shown = ShownCategory(selection, index, at, images)
    return Page(
        title=f"Category {shown.name}",
        trail=[Link(study.name, selection.overview())],
        panels=panels_of(shown),
        previous=Link(category_name(study, index - 1), selection.category(index - 1)) if index else None,
        next=Link(category_name(study, index + 1), selection.category(index + 1)) if index < last else None,
        choices=selection.choices(at.path, **at.asked()),
    )
