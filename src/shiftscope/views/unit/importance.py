"""For which categories a feature counts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from shiftscope.percent import whole_percent
from shiftscope.views.page.panels import Cell, Column, Fold, Table
from shiftscope.views.page.section import section
from shiftscope.views.parts.category_name import category_name
from shiftscope.views.parts.derived.features import found_by
from shiftscope.views.parts.derived.importance import importance_cells, importance_columns
from shiftscope.views.unit.shown_unit import ShownUnit

if TYPE_CHECKING:
    from shiftscope.explain.importance.set_importance import SetImportance

MOST = 5  # categories


@section(ShownUnit, place=45)
def importance(unit: ShownUnit) -> Fold | None:
    """The categories of whose importance the feature has most, before and under the shift; None where that is not
    stored, and of a recorded layer."""
    from shiftscope.explain.importance.stored_importances import kept_importance, read_importance

    selection, study = unit.selection, unit.study
    if unit.layer not in study.derived:
        return None
    kept = kept_importance(study, unit.layer, selection.baseline)
    if kept is None:
        return None
    method, before = kept
    compared = selection.focus != selection.baseline
    after = read_importance(study, unit.layer, selection.focus, method) if compared else None
    shares = np.nan_to_num(before.share[:, unit.index])
    order = [int(c) for c in np.argsort(-shares, kind="stable")[:MOST] if shares[c] > 0]
    told = [(category_name(study, c), float(shares[c])) for c in order]
    return Fold(
        "For which categories it counts",
        unit.gate.before(in_words(told, _found(unit))),
        [_table(unit, method, before, after, order)],
        "importance",
    )


def in_words(told: list[tuple[str, float]], found: str) -> str:
    """The category of which it carries most; how many fits have it."""
    counts = f"carries {whole_percent(told[0][1])} of what decides {told[0][0]}" if told else "for none"
    return f"{counts}; {found}" if found else counts


def _found(unit: ShownUnit) -> str:
    fits, counts = unit.study.derived[unit.layer].fit_report.get("seeds"), found_by(unit.study, unit.layer)
    return "" if counts is None else f"found by {counts[unit.index]} of {fits} fits"


def _table(
    unit: ShownUnit, method: str, before: SetImportance, after: SetImportance | None, order: list[int]
) -> Table:
    selection = unit.selection
    state = unit.gate.state_in_a_word(selection.focus)
    rows = [
        [
            Cell(category_name(unit.study, category), selection.category(category)),
            *importance_cells(before, after, category, unit.index, state),
        ]
        for category in order
    ]
    columns = [Column("category"), *importance_columns(selection, method, both=after is not None)]
    return Table("Categories by what the feature carries", columns, rows, empty="It adds to none.")
