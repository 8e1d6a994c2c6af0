"""The images of two categories that are taken for one another."""

from __future__ import annotations

from shiftscope.outcomes.outcomes import having
from shiftscope.views.confusion.shown_confusion import ShownConfusion
from shiftscope.views.page.panels import Panel
from shiftscope.views.page.section import section
from shiftscope.views.parts.image_sets import image_sets
from shiftscope.views.parts.pictures import category_name
from shiftscope.views.parts.shown_sets import shown_sets


@section(ShownConfusion, place=30)
def images(confusion: ShownConfusion) -> list[Panel]:
    """One way, then the other."""
    return [_one_way(confusion, label, prediction) for label, prediction in confusion.ways]


def _one_way(confusion: ShownConfusion, label: int, prediction: int) -> Panel:
    selection = confusion.selection
    a, b = (category_name(selection.study, c) for c in (label, prediction))
    return image_sets(
        selection,
        f"{a} predicted as {b}",
        {
            name: having(selection.study[name].samples, label=label, prediction=prediction)
            for name in shown_sets(selection)
        },
        confusion.images,
        lambda images: confusion.at(images=images),
    )
