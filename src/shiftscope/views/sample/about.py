"""What is known of a sample besides the image."""

from __future__ import annotations

from shiftscope.arrays import NO_LABEL
from shiftscope.views.page.panels import Cell, Column, Fold, ImageStrip, Table
from shiftscope.views.page.section import section
from shiftscope.views.parts.category_name import category_name
from shiftscope.views.parts.pictures.pictures import pictures, role
from shiftscope.views.sample.shown_sample import ShownSample


@section(ShownSample, place=60)
def about(sample: ShownSample) -> Fold:
    """The image, large; its label, where it came from, and its metadata."""
    selection, seen = sample.selection, sample.seen
    label = Cell(
        category_name(selection.study, seen.label),
        selection.category(seen.label) if seen.label != NO_LABEL else "",
    )
    rows = [[Cell("label"), label], [Cell("id"), Cell(seen.id)], [Cell("source"), Cell(seen.source)]]
    rows += [[Cell(key), Cell("–" if value is None else str(value))] for key, value in seen.metadata.items()]
    table = Table("About it", [Column("what"), Column("value")], [row for row in rows if row[1].text])
    image = ImageStrip(
        "Image",
        pictures(selection, sample.recording, [sample.position]),
        role(selection, sample.recording.name),
        large=True,
    )
    known = ", ".join(seen.metadata) if seen.metadata else "no metadata"
    return Fold("About this image", f"id {seen.id}, row {seen.position}, {known}", [image, table], "about")
