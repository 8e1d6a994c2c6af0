"""The image of a sample."""

from __future__ import annotations

from shiftscope.views.page.panels import ImageStrip
from shiftscope.views.page.section import section
from shiftscope.views.parts.pictures import pictures, role
from shiftscope.views.sample.shown_sample import ShownSample


@section(ShownSample, place=10)
def image(sample: ShownSample) -> ImageStrip:
    """Large, to be looked at."""
    shown = pictures(sample.selection, sample.recording, [sample.position])
    return ImageStrip("Image", shown, role(sample.selection, sample.recording.name), large=True)
