"""The numbers of all datasets, below one another."""

from __future__ import annotations

from shiftscope.views.page.panels import Cell, Column, Fold, Table
from shiftscope.views.page.section import section
from shiftscope.views.parts.cells import number_cell, share_cell
from shiftscope.views.parts.number_text import number
from shiftscope.views.paths.shown_paths import ShownPaths


@section(ShownPaths, place=20)
def separation(paths: ShownPaths) -> Fold:
    """Divergence between categories, entropy within them; which datasets are not counted."""
    chosen = paths.chosen
    columns = [
        Column("dataset"),
        Column("mean divergence", "Nats; over paths and ordered pairs of categories.", numeric=True),
        Column("sampling floor", "The same with shuffled labels.", numeric=True),
        Column("above the floor", "The difference.", numeric=True),
        Column("mean entropy", "Nats; over paths and categories.", numeric=True),
        Column("entropy, all together", "Nats; of all samples as one category.", numeric=True),
        Column("rare paths", "Share of paths significant in less than 5 % of all samples.", numeric=True),
        Column(
            "frequent paths", "Share of paths significant in more than 95 % of all samples.", numeric=True
        ),
    ]
    rows = []
    for name, found in chosen.statistics.items():
        parts = (found.mean_kl, found.floor, found.excess, found.mean_entropy)
        own = found.separation
        rows.append(
            [
                Cell(name, chosen.selection.dataset(name)),
                *(number_cell(one.value, one.low, one.high) for one in parts),
                number_cell(float(own.entropy[-1])),
                share_cell(float(own.rare[-1])),
                share_cell(float(own.frequent[-1])),
            ]
        )
    lacking = [name for name in chosen.selection.ordered() if name not in chosen.statistics]
    note = f"Not counted: {', '.join(lacking)} (no labels, or {chosen.command})." if lacking else ""
    table = Table("Separation and mixture", columns, rows, note=note)
    compared = dict.fromkeys((paths.selection.baseline, paths.followed))
    means = [f"{number(chosen.statistics[name].mean_kl.value)} in {name}" for name in compared]
    return Fold("Every set in a table", f"mean divergence, nats: {', '.join(means)}", [table], "every-set")
