"""The images of two categories that are taken for one another."""

from __future__ import annotations

from shiftscope.outcomes.outcomes import having
from shiftscope.views.confusion.shown_confusion import ShownConfusion
from shiftscope.views.page.panels import Fold, Panel
from shiftscope.views.page.section import section
from shiftscope.views.parts.category_name import category_name
from shiftscope.views.parts.number_text import count
from shiftscope.views.parts.sets.image_sets import image_sets
from shiftscope.views.parts.sets.shown_sets import shown_sets


@section(ShownConfusion, place=50)
def images(confusion: ShownConfusion) -> Fold:
    """One way, then the other."""
    shown = confusion.pair.sizes[0]
    says = (
        f"{count(shown)} in {confusion.selection.focus}, the most confident first; and those of the reverse"
    )
    ways = [_one_way(confusion, label, prediction) for label, prediction in confusion.ways]
    return Fold("All images of this confusion", says, ways, "all-images")


def _one_way(confusion: ShownConfusion, label: int, prediction: int) -> Panel:
    selection = confusion.selection
    a, b = (category_name(selection.study, c) for c in (label, prediction))
    return image_sets(
        selection,
        f"{a} classified as {b}",
        {
            name: having(selection.study[name].samples, label=label, prediction=prediction)
            for name in shown_sets(selection)
        },
        confusion.images,
        lambda images: confusion.at(images=images),
    )
