"""What is known of a sample besides the image."""

from __future__ import annotations

from shiftscope.arrays import NO_LABEL
from shiftscope.views.page.panels import Cell, Column, Table
from shiftscope.views.page.section import section
from shiftscope.views.parts.pictures import category_name
from shiftscope.views.sample.shown_sample import ShownSample


@section(ShownSample, place=12, beside=True)
def about(sample: ShownSample) -> Table:
    """Its label, where it came from, and its metadata."""
    selection, seen = sample.selection, sample.seen
    label = Cell(
        category_name(selection.study, seen.label),
        selection.category(seen.label) if seen.label != NO_LABEL else "",
    )
    rows = [[Cell("label"), label], [Cell("id"), Cell(seen.id)], [Cell("source"), Cell(seen.source)]]
    rows += [[Cell(key), Cell("–" if value is None else str(value))] for key, value in seen.metadata.items()]
    return Table("About it", [Column("what"), Column("value")], [row for row in rows if row[1].text])
