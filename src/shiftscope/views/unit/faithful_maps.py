"""How far a unit's maps can be believed, beside controls."""

from __future__ import annotations

from collections.abc import Sequence

from shiftscope.explain.attribution.attributions import Attributions
from shiftscope.views.page.panels import Cell, Column, Table
from shiftscope.views.parts.cells import number_cell
from shiftscope.views.parts.maps import filtered_in_words

NAMES = {"mu_fidelity": "µ-Fidelity"}
REVERSED = ", reversed"
HELP = {
    "deletion": "Mean value while the places that count most are taken away first; small is faithful.",
    "insertion": "Mean value while the places that count most are put back first; large is faithful.",
    "F": "Insertion minus deletion.",
    "mu_fidelity": "Correlation of what random parts hold of the map with what the value loses without them.",
}


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
            cells = [Cell(name), Cell(called), *(number_cell(*lines[row, metric]) for metric in metrics)]
            (own_rows if row in own else controls).setdefault(name, []).append(cells)
        words = faithful.in_words().replace("_", " ").replace("-", "−")
        said.append(f"{name}, {filtered_in_words(each)}: {words}")
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
