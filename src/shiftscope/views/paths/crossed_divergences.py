"""How far each category of the baseline is from each one under the shift."""

from __future__ import annotations

import numpy as np

from shiftscope.explain.paths.paths import FEWEST, shifts
from shiftscope.views.page.panels import Fold, Matrix
from shiftscope.views.page.section import section
from shiftscope.views.paths.shown_paths import ShownPaths


@section(ShownPaths, place=50)
def crossed_divergences(paths: ShownPaths) -> Fold | None:
    """Every category of the baseline against every category of the dataset beside it."""
    crossed, reference, shifted = paths.here.from_reference, paths.selection.baseline, paths.followed
    if crossed is None:
        return None
    matrix = Matrix(
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
        chart="crossed_divergences",
    )
    return Fold("Where each category moved", _farther(paths), [matrix], "where-moved")


def _farther(paths: ShownPaths) -> str:
    """How many categories moved farther than they were from the others."""
    moved, apart, _ = (each[:-1] for each in shifts(paths.here, paths.against))
    known = np.isfinite(moved) & np.isfinite(apart)
    if not known.any():
        return f"no category has {FEWEST} labelled samples in both"
    farther = np.count_nonzero(moved[known] > apart[known])
    return f"{farther} of {known.sum()} categories moved farther than they were apart in {paths.selection.baseline}"
