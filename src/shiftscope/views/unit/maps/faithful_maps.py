"""How far a unit's maps can be believed, beside controls."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from shiftscope.explain.attribution.attributions import Attributions, Faithfulness, FloatArray
from shiftscope.views.page.panels import Cell, Column, Table
from shiftscope.views.parts.cells import number_cell
from shiftscope.views.parts.maps.maps import filtered_in_words
from shiftscope.views.parts.number_text import number

NAMES = {"mu_fidelity": "µ-Fidelity"}
REVERSED = ", reversed"
GRADIENT, EDGES = "plain gradient", "edges"  # rows of controls
JUDGED = ("F", "mu_fidelity")  # metrics in which a map must stand above the edges
NO_MORE = "such a map may have shown the picture and no more"
HELP = {
    "deletion": "Mean value while the places that count most are removed first; small is faithful.",
    "insertion": "Mean value while the places that count most are put back first; large is faithful.",
    "F": "Insertion minus deletion.",
    "mu_fidelity": "Correlation of what random parts hold of the map with what the value loses without them.",
}


def no_better_than_edges(shown: Sequence[Attributions]) -> list[str]:
    """Sets with maps whose F or µ-Fidelity does not stand above that of the picture's edges."""
    return list(dict.fromkeys(each.question.dataset for each in shown if _below_edges(each)))


def _below_edges(each: Attributions) -> list[str]:
    """Each such metric with its mean and that of the edges, under the first way to fill places."""
    faithful = each.faithfulness
    if faithful is None or EDGES not in faithful.rows:
        return []
    edges = list(faithful.rows).index(EDGES)
    found = []
    for place, metric in enumerate(faithful.metrics):
        if metric in JUDGED:
            own, control = (_mean_of(faithful.scores[row, place, 0]) for row in (0, edges))
            if own <= control:
                found.append(f"{NAMES.get(metric, metric)} {number(own)}, edges {number(control)}")
    return found


def _mean_of(scores: FloatArray) -> float:
    """Over the samples that have a score; NaN without any."""
    known = scores[~np.isnan(scores)]
    return float(known.mean()) if len(known) else float("nan")


def _is_the_map(faithful: Faithfulness, row: str) -> bool:
    """Whether a control is the map itself, as the plain gradient is of saliency."""
    same = faithful.scores[list(faithful.rows).index(row)]
    return row == GRADIENT and bool(np.allclose(same, faithful.scores[0], equal_nan=True))


def faithful_table(shown: Sequence[Attributions]) -> Table | None:
    """A row for each set and for each control, under the first way to fill places; what the others say, in the note.

    None where it was not measured.
    """
    measured = [(each, each.faithfulness) for each in shown if each.faithfulness is not None]
    if not measured:
        return None
    metrics, fill = measured[0][1].metrics, measured[0][1].fills[0]
    said = []
    own_rows: dict[str, list[list[Cell]]] = {}  # by set
    controls: dict[str, list[list[Cell]]] = {}
    told: set[tuple[str, str]] = set()  # controls of the same images, which filtering leaves as they are
    for each, faithful in measured:
        table = faithful.table()
        under = table[table["fill"] == fill]
        ends = under[["mean", "low", "high"]].to_numpy(float).tolist()
        lines = dict(zip(zip(under["row"], under["metric"], strict=True), ends, strict=True))
        name, method = each.question.dataset, each.question.method
        own = {method, f"{method}{REVERSED}"}
        for row in faithful.rows:
            if row not in own and (name, row) in told:
                continue
            told.add((name, row))
            called = row.replace(method, filtered_in_words(each), 1) if row in own else row
            numbers = [number_cell(*lines[row, metric]) for metric in metrics]
            if _is_the_map(faithful, row):
                numbers = [Cell("is this map"), *(Cell("") for _ in metrics[1:])]
            cells = [Cell(name), Cell(called), *numbers]
            (own_rows if row in own else controls).setdefault(name, []).append(cells)
        words = faithful.in_words().replace("-", "−")
        said.append(f"{name}, {filtered_in_words(each)}: {words}")
        if below := _below_edges(each):
            said.append(f"not above the picture's edges ({'; '.join(below)}): {NO_MORE}")
    columns = [
        Column("set"),
        Column("map", "The map itself, and controls that a map must beat."),
        *(Column(NAMES.get(metric, metric), HELP.get(metric, ""), numeric=True) for metric in metrics),
    ]
    rows = [row for name, maps in own_rows.items() for row in (*maps, *controls.get(name, []))]
    filled = fill.replace("_", " ")
    return Table(
        f"How faithful they are, places filled with the {filled}", columns, rows, note="; ".join(said) + "."
    )
