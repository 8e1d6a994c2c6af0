"""How far each category moved under the shift."""

from __future__ import annotations

import numpy as np

from shiftscope.explain.paths.paths import shifts
from shiftscope.views.page.panels import Chart, Message, Panel
from shiftscope.views.page.section import section
from shiftscope.views.parts.category_name import category_name
from shiftscope.views.parts.number_text import count, exact
from shiftscope.views.paths.shown_paths import ShownPaths

BARS = 40  # categories


@section(ShownPaths, place=10)
def moved_categories(paths: ShownPaths) -> Panel | None:
    """Beside how far it is from the other categories."""
    chosen, shifted, reference = paths.chosen, paths.followed, paths.selection.baseline
    if shifted == reference:
        return None
    study = paths.selection.study
    moved, usual, _ = shifts(paths.here, paths.against)
    known = np.flatnonzero(np.isfinite(moved[:-1]))
    heading = f"How far each category moved in {shifted}"
    if not len(known):
        return Message(
            heading, "No category has 20 labelled samples in both datasets and a finite divergence."
        )
    most = known[np.argsort(-moved[known], kind="stable")][:BARS]
    names = {int(c): category_name(study, int(c)) for c in most}
    values = [
        {
            "category": names[int(c)],
            "what": what,
            "nats": exact(float(numbers[c])),
            "page": chosen.pair(int(c), int(c)),
        }
        for c in most
        for what, numbers in (("moved", moved), ("from other categories", usual))
        if np.isfinite(numbers[c])
    ]
    spec = {
        "data": {"values": values},
        "height": 24 * len(most),
        "mark": {"type": "bar", "cornerRadiusEnd": 1},
        "encoding": {
            "y": {
                "field": "category",
                "type": "nominal",
                "sort": [names[int(c)] for c in most],
                "title": None,
            },
            "yOffset": {"field": "what", "sort": ["moved", "from other categories"]},
            "x": {
                "field": "nats",
                "type": "quantitative",
                "title": "divergence (nats)",
                "axis": {"tickCount": 8},
            },
            "color": {
                "field": "what",
                "type": "nominal",
                "sort": ["from other categories", "moved"],
                "legend": {"orient": "top", "title": None},
            },
            "tooltip": [{"field": "category"}, {"field": "what"}, {"field": "nats", "format": ".3g"}],
        },
    }
    which = f"The {BARS} that moved most of {count(len(known))}. " if len(known) > BARS else ""
    return Chart(
        heading,
        spec,
        description=f"KL from the baseline to {shifted} for each category, beside its KL from other categories.",
        note=f"{which}KL({reference} || {shifted}) of a category, beside its mean KL from the other categories in "
        f"{reference}. Categories with fewer than 20 samples on either side are left out.",
        chart="moved_categories",
    )
