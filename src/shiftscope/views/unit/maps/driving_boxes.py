"""What of its images drives a unit, by maps that are kept, where its layer's own map does not tell."""

from __future__ import annotations

from shiftscope.explain.attribution.numbers.driving_box import LARGEST, driving_box
from shiftscope.views.page.panels import PictureBox
from shiftscope.views.unit.maps.chosen_maps import chosen_maps, method_of
from shiftscope.views.unit.shown_unit import ShownUnit


def driving_boxes(unit: ShownUnit, dataset: str) -> dict[int, PictureBox]:
    """Boxes of the dataset's images that have a whole map, by position; none where places of the layer's map have
    receptive fields, which say it without a method."""
    if unit.place == "whole" or unit.show != "top" or _has_fields(unit, dataset):
        return {}
    boxes = {}
    for found in chosen_maps(unit):
        question = found.question
        if question.dataset != dataset or question.low_pass is not None or not found.of_pictures:
            continue
        rows, columns = found.maps.shape[1:]
        for position, map in zip(found.positions.tolist(), found.maps, strict=True):
            if box := driving_box(map):
                boxes[position] = PictureBox(*box, rows, columns, unit.place == "crop")
    return boxes


def driving_in_words(unit: ShownUnit) -> str:
    shown = "cropped to" if unit.place == "crop" else "box:"
    return f"{shown} the {100 * LARGEST:.0f} % of the {method_of(unit)} map that count most"


def _has_fields(unit: ShownUnit, dataset: str) -> bool:
    geometry = unit.study[dataset].map_geometry(unit.layer)
    return geometry is not None and geometry.tells_fields
