"""How far apart the categories of each dataset are, and how mixed."""

from __future__ import annotations

from shiftscope.counted import counted
from shiftscope.outcomes.outcomes import outcomes
from shiftscope.views.page.panels import Cell, Column, Fold, Table
from shiftscope.views.page.section import section
from shiftscope.views.parts.cells import number_cell, share_cell
from shiftscope.views.parts.number_text import count, number
from shiftscope.views.paths.shown_paths import ShownPaths


@section(ShownPaths, place=35)
def separation(paths: ShownPaths) -> Fold:
    """A row for each dataset that is counted; which are not."""
    chosen = paths.chosen
    columns = [
        Column("dataset"),
        Column("accuracy", "Share of labelled samples classified right.", numeric=True),
        Column(
            "mean divergence",
            "KL between the path statistics of two categories, nats, mean over paths and over ordered pairs of "
            "categories. Larger: the categories use other paths. The interval is of resamples of the samples.",
            numeric=True,
        ),
        Column(
            "sampling floor",
            "The mean divergence with labels shuffled within the dataset: what so few samples give by chance.",
            numeric=True,
        ),
        Column("above the floor", "Mean divergence minus sampling floor, nats.", numeric=True),
        Column(
            "mean entropy",
            "Entropy of a path within a category, nats, mean over paths and categories; at most ln 2 = 0.693. Larger: "
            "the samples of a category share fewer paths.",
            numeric=True,
        ),
        Column("entropy, all together", "Nats; of all samples as one category.", numeric=True),
        Column("density", "Mean share of samples in which a path is significant.", numeric=True),
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
                share_cell(_accuracy(paths, name)),
                *(number_cell(one.value, one.low, one.high) for one in parts),
                number_cell(float(own.entropy[-1])),
                share_cell(float(own.density[-1])),
                share_cell(float(own.rare[-1])),
                share_cell(float(own.frequent[-1])),
            ]
        )
    lacking = [name for name in chosen.selection.ordered() if name not in chosen.statistics]
    note = f"Not counted: {', '.join(lacking)} (no labels, or {chosen.command})." if lacking else ""
    infinite = [
        f"{counted(pairs, 'pair', count)} of {name}"
        for name, found in chosen.statistics.items()
        if (pairs := int((found.infinite[:-1, :-1] > 0).sum()))
    ]
    note = f"{note} Infinite: {', '.join(infinite)}." if infinite else note
    table = Table("Separation and mixture", columns, rows, note=note.strip())
    compared = dict.fromkeys((paths.selection.baseline, paths.followed))
    means = [f"{number(chosen.statistics[name].mean_kl.value)} in {name}" for name in compared]
    return Fold("Every set in a table", f"mean divergence, nats: {', '.join(means)}", [table], "every-set")


def _accuracy(paths: ShownPaths, name: str) -> float:
    study = paths.selection.study
    return float(outcomes(study[name].samples, len(study.categories)).accuracy)
