"""The categories by their paths, row by row."""

from __future__ import annotations

import numpy as np

from shiftscope.explain.paths.paths import shifts, to_others
from shiftscope.views.page.panels import Cell, Column, Fold, Table
from shiftscope.views.page.section import section
from shiftscope.views.parts.category_name import category_name
from shiftscope.views.parts.cells import number_cell
from shiftscope.views.parts.number_text import number
from shiftscope.views.paths.shown_paths import ShownPaths


@section(ShownPaths, place=60)
def categories(paths: ShownPaths) -> Fold:
    """How mixed each one is, how far from the others, and how far it moved."""
    chosen, selection, shifted = paths.chosen, paths.selection, paths.followed
    study, against, here = selection.study, paths.against, paths.here
    both = shifted != selection.baseline
    apart, apart_here = to_others(against), to_others(here)
    moved = shifts(here, against)[0] if both else None
    columns = [
        Column("category"),
        Column(f"entropy, {selection.baseline}", "Nats, mean over paths.", numeric=True),
        *([Column(f"entropy, {shifted}", "Nats, mean over paths.", numeric=True)] if both else []),
        Column(f"from others, {selection.baseline}", "Mean KL to the other categories, nats.", numeric=True),
        *(
            [Column(f"from others, {shifted}", "Mean KL to the other categories, nats.", numeric=True)]
            if both
            else []
        ),
        *(
            [Column("moved", f"KL({selection.baseline} || {shifted}) of the category, nats.", numeric=True)]
            if moved is not None
            else []
        ),
        Column(
            "nearest",
            f"The category with the smallest KL from this one in {selection.baseline}.",
            numeric=False,
        ),
        Column("its KL", "From this category to the nearest, nats.", numeric=True),
    ]
    rows = []
    for category in range(len(study.categories)):
        pairs = against.kl[category, :-1].copy()
        pairs[category] = np.nan
        nearest = int(np.nanargmin(pairs)) if np.isfinite(pairs).any() else None
        rows.append(
            [
                Cell(category_name(study, category), selection.category(category)),
                number_cell(float(against.separation.entropy[category])),
                *([number_cell(float(here.separation.entropy[category]))] if both else []),
                number_cell(float(apart[category])),
                *([number_cell(float(apart_here[category]))] if both else []),
                *([number_cell(float(moved[category]))] if moved is not None else []),
                *(
                    [
                        Cell(
                            category_name(study, nearest),
                            chosen.pair(category, nearest, focus=selection.baseline),
                        ),
                        number_cell(float(pairs[nearest])),
                    ]
                    if nearest is not None
                    else [Cell("–"), Cell()]
                ),
            ]
        )
    entropy = against.separation.entropy[:-1]
    says = "no entropy is known"
    if np.isfinite(entropy).any():
        most = int(np.nanargmax(entropy))
        mixed = category_name(study, most)
        says = f"most mixed in {selection.baseline}: {mixed}, entropy {number(float(entropy[most]))} nats"
    return Fold("Every category in a table", says, [Table("Categories", columns, rows)], "every-category")
