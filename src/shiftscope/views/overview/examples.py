"""Some images of each dataset."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from shiftscope.arrays import NO_LABEL
from shiftscope.store.formats.samples import Samples
from shiftscope.views.overview.shown_overview import ShownOverview
from shiftscope.views.page.panels import Columns, ImageStrip
from shiftscope.views.page.section import section
from shiftscope.views.page.selection import Selection
from shiftscope.views.parts.pictures import pictures, role

EXAMPLES = 6  # images of each dataset


@section(ShownOverview, place=30)
def examples(overview: ShownOverview) -> Columns:
    """A strip for each dataset."""
    selection = overview.selection
    return Columns("", [_strip(selection, name) for name in selection.ordered()])


def _strip(selection: Selection, name: str) -> ImageStrip:
    """The first image of each of the first categories: in sets of the same objects, the same ones."""
    recording = selection.study[name]
    labelled = _first_of_each(recording.samples)
    chosen = labelled or range(min(EXAMPLES, len(recording.samples)))
    return ImageStrip(
        f"Images of {name}",
        pictures(selection, recording, chosen),
        role(selection, name),
        note="The first image of each of the first categories." if labelled else "The first images.",
    )


@lru_cache(maxsize=16)
def _first_of_each(samples: Samples) -> list[int]:
    """Positions, one for each of the first categories that have a sample."""
    order = np.argsort(samples.labels, kind="stable")
    labels = samples.labels[order]
    first = order[(np.diff(labels, prepend=NO_LABEL) > 0)]
    found: list[int] = first[:EXAMPLES].tolist()
    return found
