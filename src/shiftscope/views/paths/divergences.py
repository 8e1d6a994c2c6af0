"""How far each category is from each other one."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from shiftscope.explain.paths.paths import ALL
from shiftscope.views.page.panels import Columns, Matrix, Panel
from shiftscope.views.page.section import section
from shiftscope.views.parts.pictures.pictures import role
from shiftscope.views.paths.shown_paths import ShownPaths

SIDE_BY_SIDE = (
    60  # categories; two larger matrices next to one another would have cells too small to point at
)


@section(ShownPaths, place=30)
def divergences(paths: ShownPaths) -> list[Panel]:
    """In the baseline, and in the dataset beside it."""
    shown = dict.fromkeys((paths.selection.baseline, paths.followed))
    matrices = [_matrix(paths, name) for name in shown]
    if paths.scale == "same":
        largest = max(float(np.nanmax(m.counts[np.isfinite(m.counts)], initial=0)) for m in matrices)
        matrices = [replace(matrix, largest=largest) for matrix in matrices]
    side_by_side = len(paths.selection.study.categories) <= SIDE_BY_SIDE
    return [Columns("", matrices)] if side_by_side else list(matrices)


def _matrix(paths: ShownPaths, name: str) -> Matrix:
    """Divergences with the entropies on the diagonal, as the paper draws them."""
    chosen, names = paths.chosen, paths.row_names
    found = chosen.statistics[name]
    values = found.kl.copy()
    np.fill_diagonal(values, found.separation.entropy)
    infinite = " Infinite ones have the colour of the largest." if np.isinf(values).any() else ""
    return Matrix(
        f"Divergence in {name}",
        values[np.ix_(paths.rows, paths.rows)],
        names,
        names,
        row_axis="KL of",
        column_axis="from",
        page=chosen.pair("{row}", "{column}", focus=name),
        keys=paths.rows.tolist(),
        role=role(chosen.selection, name),
        note="KL(row || column); on the diagonal the entropy of each category. The last row and column are "
        f"{ALL}.{infinite}",
        amounts=True,
        diagonal="entropy",
        measured_in="nats",
        chart="divergences",
    )
