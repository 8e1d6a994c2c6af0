"""The images of a dataset that the reader asked for."""

from __future__ import annotations

from shiftscope.views.dataset.image_strip import image_strip
from shiftscope.views.dataset.shown_dataset import ShownDataset
from shiftscope.views.page.panels import ImageStrip
from shiftscope.views.page.section import section


@section(ShownDataset, place=20)
def images_asked_for(dataset: ShownDataset) -> ImageStrip | None:
    """Above what is the same whatever is asked for."""
    return image_strip(dataset) if dataset.asked else None
