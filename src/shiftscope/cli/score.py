"""`shiftscope score`."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from shiftscope.cli.asked.options import Csv, RecordedStudy
from shiftscope.cli.printed.write_csv import write_csv
from shiftscope.errors import BadRequest, closest

if TYPE_CHECKING:
    import pandas as pd

# Of those that there can be, as many as fit a terminal of 80 columns.
SHOWN = (
    "novelty",
    "activation_ratio",
    "spurious",
    "shift_auroc",
    "rate_change",
    "selectivity",
    "profile_entropy",
    "blame",
)
COLUMNS = 4
ENDS = ("_low", "_high", "_p", "_q", "_floor", "_flat_p", "_gain", "_changed")
SMALLEST_FIRST = ("dataset", "unit")


def score(
    study: RecordedStudy,
    /,
    *,
    layer: str,
    dataset: str | None = None,
    reference: str | None = None,
    sort: str | None = None,
    top: int | None = None,
    intervals: bool = False,
    csv: Csv = None,
) -> None:
    """Print what the shift did to each unit of a layer, or write it as CSV.

    Parameters
    ----------
    layer
        A recorded layer.
    dataset
        Only this dataset. For the reference itself, what describes one dataset.
    reference
        Compare with this dataset instead of the study's reference.
    sort
        Column to sort by, novelty where not given: a score, largest first; with --intervals also its _low, _high,
        _floor, _gain, _changed, _p and _q, the last two smallest first. The screen shows this score and a few others,
        CSV all of them.
    top
        Only so many units; 20 on the screen and all in a file where not given.
    intervals
        Add 95 % intervals, p and q where a score tests something, and the floor where sampling alone moves it; on
        the screen, of the score sorted by.
    """
    from shiftscope.cli.asked.checked_csv import checked_csv
    from shiftscope.flow.scores import scores as flow_scores
    from shiftscope.scores.score import unit_scores
    from shiftscope.store.stored_study import StoredStudy

    if top is not None and top < 1:
        raise BadRequest(f"--top {top}; at least 1.")
    checked_csv(csv)
    files = StoredStudy(study)
    table = flow_scores(files, layer, dataset=dataset, reference=reference, intervals=intervals)
    undefined, worth, kept = (table.attrs[name] for name in ("undefined", "twins", "kept"))
    alone = dataset == (reference or files.reference)
    shown = [name for name in SHOWN if not (alone and unit_scores[name].compares)]
    sort, there = sort or shown[0], [str(name) for name in table]
    if sort not in there:
        raise BadRequest(
            f"no column named {sort!r}; closest: {closest(sort, there)}. There are: {', '.join(there)}."
        )
    ascending = sort in SMALLEST_FIRST or sort.endswith(("_p", "_q"))
    table = table.sort_values(sort, ascending=ascending, kind="stable")
    if csv:
        write_csv(table.head(top if top is not None else len(table)), csv)
        return
    sorted_by = next((sort.removesuffix(end) for end in ENDS if sort.endswith(end)), sort)
    parts = [name for name in there[2:] if name in (sorted_by, *(f"{sorted_by}{end}" for end in ENDS))]
    others = [name for name in shown if name not in parts]
    columns = ["dataset", "unit", *parts, *others[: max(0, COLUMNS - len(parts))]]
    lacking = [f"{undefined[name]} without {name}" for name in columns if undefined.get(name)]
    table = table[columns].head(20 if top is None else top)
    # Beside their score its ends need no more than "low" and "high".
    table.columns = [name.removeprefix(f"{sorted_by}_") if name in parts else name for name in columns]
    of_twins = sorted_by in unit_scores and unit_scores[sorted_by].of_twins
    of_maps = sorted_by in unit_scores and unit_scores[sorted_by].of_maps
    told = worth if of_twins else kept if of_maps else {}
    notes = [f"{name}: {said}" for name, said in told.items()]
    _print(table, f"Units of {layer} by {sort}", "\n".join(filter(None, [", ".join(lacking), *notes])))


def _print(table: pd.DataFrame, title: str, note: str) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from shiftscope.cli.printed.name_cell import NameCell

    drawn = Table(title=Text(title))
    for name in map(str, table):
        is_name = name == "dataset"
        drawn.add_column(name, justify="left" if is_name else "right", no_wrap=not is_name)
    for dataset, *numbers in table.itertuples(index=False):
        drawn.add_row(NameCell(dataset), *(Text(_shown(cell)) for cell in numbers))
    Console().print(drawn)
    if note:
        Console().print(note, style="dim")


def _shown(cell: object) -> str:
    if not isinstance(cell, float):
        return str(cell)
    return "–" if math.isnan(cell) else f"{cell:.1e}" if 0 < abs(cell) < 0.001 else f"{cell:.3f}"
