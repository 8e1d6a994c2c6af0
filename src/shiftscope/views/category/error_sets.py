"""False negatives and false positives of a category: what it is taken for, as counts, images and units."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Literal

import numpy as np
import numpy.typing as npt

from shiftscope.outcomes.outcomes import mistaken, outcomes
from shiftscope.views.page.panels import Cell, Column, Panel, Table
from shiftscope.views.page.selection import Selection
from shiftscope.views.parts.image_sets import image_sets
from shiftscope.views.parts.number_text import count, percent
from shiftscope.views.parts.pictures import category_name
from shiftscope.views.parts.sample_sets import Chosen, bounded, set_mean
from shiftscope.views.parts.set_units import set_units

OTHERS = 10  # categories by name; the rest is one row
UNITS = 8

Kind = Literal["false negatives", "false positives"]
HELP: dict[Kind, str] = {
    "false negatives": "Samples of this category predicted as another.",
    "false positives": "Samples of another category predicted as this one.",
}


def error_counts(selection: Selection, index: int, kind: Kind, named: int | None = OTHERS) -> Table:
    """The other categories, those with most such samples in the lead first, in each dataset.

    Beyond `named` of them the others share a row.
    """
    names = selection.ordered()
    counts = {name: _counts(selection, name, index, kind) for name in names}
    totals = {name: int(counts[name].sum()) for name in names}
    everywhere = np.sum(list(counts.values()), axis=0)
    order = np.lexsort((-everywhere, -counts[selection.lead]))
    having = [int(c) for c in order if everywhere[c]]
    rest = having[named:] if named else []
    rows = []
    for other in having[:named]:
        pair = (index, other) if kind == "false negatives" else (other, index)
        cells = [Cell(category_name(selection.study, other), selection.confusion(*pair))]
        for name in names:
            page = selection.dataset(name, label=pair[0], prediction=pair[1])
            cells.append(_count_cell(int(counts[name][other]), totals[name], page))
        rows.append(cells)
    if rest:
        cells = [Cell(f"{count(len(rest))} others")]
        cells += [_count_cell(int(counts[name][rest].sum()), totals[name], "") for name in names]
        rows.append(cells)
    by = "prediction" if kind == "false negatives" else "label"
    columns = [
        Column(
            "predicted as" if kind == "false negatives" else "label",
            f"{HELP[kind]} Most in {selection.lead} first.",
        ),
        *(
            Column(
                name,
                f"{HELP[kind]} Counted by {by} in {name}, with the share of its {count(totals[name])} {kind}.",
                numeric=True,
            )
            for name in names
        ),
    ]
    whole = partial(error_counts, selection, index, kind, None) if rest else None
    return Table(kind.capitalize(), columns, rows, empty=f"No {kind} in any dataset.", whole=whole)


def error_images(
    selection: Selection, index: int, kind: Kind, images: int, more: Callable[[int], str]
) -> Panel:
    """The samples themselves, the most confident prediction first."""
    positions = {
        name: mistaken(selection.study[name].samples, **_field(index, kind)) for name in selection.ordered()
    }
    return image_sets(selection, f"{kind.capitalize()}, the most confident first", positions, images, more)


def error_units(selection: Selection, index: int, kind: Kind) -> Table:
    """The units that respond most to all of them, shown here or not."""
    chosen = Chosen(**_field(index, kind), wrong=True)
    sizes = [len(chosen.of(selection.study[name].samples)) for name in selection.ordered()]
    recorded = selection.study[selection.lead].keeps_responses
    return set_units(
        selection,
        f"Units of {selection.layer} on all {kind}",
        lambda name: set_mean(selection, name, chosen),
        of=f"the {kind}",
        units=UNITS,
        note=bounded("A mean response", *sizes),
        empty=f"No {kind} in {selection.lead} that a unit responds to."
        if recorded
        else f"{selection.lead} was recorded with summaries alone.",
    )


def _field(index: int, kind: Kind) -> dict[str, int]:
    return {"label" if kind == "false negatives" else "prediction": index}


def _counts(selection: Selection, name: str, index: int, kind: Kind) -> npt.NDArray[np.int64]:
    """(category,) samples of the category predicted as each other one, or of each other one predicted as it."""
    confusions = outcomes(selection.study[name].samples, len(selection.study.categories)).confusions
    counts = (confusions[index] if kind == "false negatives" else confusions[:, index]).copy()
    counts[index] = 0
    return counts


def _count_cell(found: int, total: int, page: str) -> Cell:
    share = found / total if total else None
    return Cell(
        count(found),
        page if found else "",
        bar=share,
        note=percent(share) if share is not None else "",
        value=found,
    )
