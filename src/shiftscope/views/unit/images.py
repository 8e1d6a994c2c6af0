"""The images of each dataset that a unit responds to most, least, or any."""

from __future__ import annotations

from shiftscope.views.page.panels import Columns
from shiftscope.views.page.section import section
from shiftscope.views.parts.unit_images import unit_strip
from shiftscope.views.unit.shown_unit import ShownUnit

HEADS = {"top": "Strongest images", "bottom": "Weakest images", "random": "Images at random"}


@section(ShownUnit, place=20)
def images(unit: ShownUnit) -> Columns:
    """A strip for each dataset."""
    strips = [
        unit_strip(
            unit.selection,
            name,
            unit.layer,
            unit.index,
            show=unit.show,
            images=unit.images,
            start=unit.start,
            seed=unit.seed,
            place=unit.place,
            page=lambda images, start: unit.at(images=images, start=start),
        )
        for name in unit.selection.ordered()
    ]
    return Columns(HEADS[unit.show], strips)
