"""How far each category of the baseline is from each one under the shift."""

from __future__ import annotations

import numpy as np

from shiftscope.views.page.panels import Matrix
from shiftscope.views.page.section import section
from shiftscope.views.paths.shown_paths import ShownPaths


@section(ShownPaths, place=50)
def crossed_divergences(paths: ShownPaths) -> Matrix | None:
    """Every category of the baseline against every category of the dataset beside it."""
    crossed, reference, shifted = paths.here.from_reference, paths.selection.baseline, paths.followed
    if crossed is None:
        return None
    return Matrix(
        f"From {reference} to {shifted}",
        crossed[np.ix_(paths.rows, paths.rows)],
        paths.row_names,
        paths.row_names,
        row_axis=f"{reference}:",
        column_axis=f"{shifted}:",
        page="",
        note=f"KL(row || column), rows in {reference}, columns in {shifted}; on the diagonal how far each category "
        "moved. Where it is as dark as the rest, categories moved as far as they were apart.",
        amounts=True,
        measured_in="nats",
    )
