"""The images of baseline and focus that a unit responds to most, least, or any."""

from __future__ import annotations

from shiftscope.summaries.maxima import Maxima
from shiftscope.views.page.panels import Compared
from shiftscope.views.page.section import section
from shiftscope.views.parts.units.unit_images import pointed_at, unit_strip
from shiftscope.views.unit.maps.driving_boxes import driving_boxes, driving_in_words
from shiftscope.views.unit.shown_unit import ShownUnit


@section(ShownUnit, place=10)
def images(unit: ShownUnit) -> Compared:
    """The two strips side by side."""
    driving = {name: driving_boxes(unit, name) for name in unit.pair}
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
            driving=driving[name],
        )
        for name in unit.pair
    ]
    if any(driving.values()):
        where = driving_in_words(unit)
    else:
        said = (pointed_at(unit.study[each.title], unit.layer, each.pictures) for each in strips)
        where = next(filter(None, said), "")
    return Compared("", strips, " · ".join(filter(None, [where, f"under each image: {_measured(unit)}"])))


def _measured(unit: ShownUnit) -> str:
    baseline = unit.selection.baseline
    largest = unit.study[baseline].summary(unit.layer, Maxima).largest[unit.index]
    if largest > 0:
        return f"response, % of the unit's maximum in {baseline}"
    why = "is silent" if largest == 0 else "stays below zero"
    return f"response, as it is: the unit {why} in {baseline}"
