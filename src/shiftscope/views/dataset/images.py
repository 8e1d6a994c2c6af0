"""The images of a dataset, where none were asked for in particular."""

from __future__ import annotations

from shiftscope.views.dataset.image_strip import image_strip
from shiftscope.views.dataset.shown_dataset import ShownDataset
from shiftscope.views.page.panels import ImageStrip
from shiftscope.views.page.section import section


@section(ShownDataset, place=40)
def images(dataset: ShownDataset) -> ImageStrip | None:
    """Below all else."""
    return None if dataset.asked else image_strip(dataset)
