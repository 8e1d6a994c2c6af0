"""Which features of a derived layer decide which category."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from shiftscope.views.layer.shown_layer import ShownLayer
from shiftscope.views.page.panels import Cell, Chart, Column, Fold, Message, Panel, Table
from shiftscope.views.page.section import section
from shiftscope.views.parts.category_name import category_name
from shiftscope.views.parts.charts import point_size, unit_points
from shiftscope.views.parts.computation import computation
from shiftscope.views.parts.derived.features import FOUND_BY, found_by, found_by_cell
from shiftscope.views.parts.derived.importance import importance_cells, importance_columns
from shiftscope.views.parts.number_text import count, exact

if TYPE_CHECKING:
    from shiftscope.explain.importance.set_importance import SetImportance

TITLE = "Which features decide which category"
MOST = 12  # categories
LEAST = 0.05  # share of a category, of features beside the first


@section(ShownLayer, place=25)
def importance(layer: ShownLayer) -> Fold | None:
    """The features that count most for each category, before and under the shift; each feature's importance against
    its shift. Of numbers that are stored; where none are, how to have them."""
    from shiftscope.explain.importance.stored_importances import kept_importance, read_importance

    selection = layer.selection
    study, name = selection.study, selection.layer
    if name not in study.derived:
        return None
    kept = kept_importance(study, name, selection.baseline)
    if kept is None:
        return Fold(TITLE, "not computed yet", [_offer(layer)], "importance")
    method, before = kept
    after = read_importance(study, name, selection.focus, method) if layer.compared else None
    panels: list[Panel] = [_table(layer, method, before, after)]
    if layer.compared:
        panels.append(_scatter(layer, before))
    return Fold(TITLE, layer.gate.before(_says(layer, before, after)), panels, "importance")


def _offer(layer: ShownLayer) -> Panel:
    selection = layer.selection
    study, name = selection.study, selection.layer
    title = f"What each feature of {name} adds to each category is not computed"
    offer = computation(
        study,
        title,
        "The features that a category is decided by, and how much of it each carries.",
        kind="importance",
        parameters={"layer": name},
        page=layer.at(),
    )
    command = f"shiftscope importance {shlex.quote(str(study.path))} --layer {shlex.quote(name)}"
    needs = "" if study.derived[name].behind in study.heads else " --model …"
    return offer or Message(title, f"Compute it with: {command}{needs}")


def _says(layer: ShownLayer, before: SetImportance, after: SetImportance | None) -> str:
    """How many features lead a category, and for how many another one leads under the shift."""
    first = {c: unit for c, (unit, *_) in _first(before).items()}
    leaders, features = count(len(set(first.values()))), count(before.value.shape[1])
    leading = f"{leaders} of {features} lead the {count(len(first))} categories"
    if after is None:
        return leading
    now = {c: unit for c, (unit, *_) in _first(after).items()}
    both = [c for c in first if c in now]
    other = sum(first[c] != now[c] for c in both)
    return (
        f"{leading}; under {layer.selection.focus} another one leads in {count(other)} of {count(len(both))}"
    )


def _first(found: SetImportance) -> dict[int, list[int]]:
    """The features that count most, of each category that has some."""
    from shiftscope.explain.importance.importance import first_of

    return {c: units for c in range(len(found.samples)) if (units := first_of(found, c))}


def _table(layer: ShownLayer, method: str, before: SetImportance, after: SetImportance | None) -> Table:
    first = _first(before)
    few = _of(layer, method, before, after, list(first)[:MOST])
    if len(first) <= MOST:
        return few
    note = f"{few.note} {count(MOST)} of {count(len(first))} categories; all of them in the files."
    return replace(few, note=note, whole=lambda: _of(layer, method, before, after, list(first)))


def _of(
    layer: ShownLayer,
    method: str,
    before: SetImportance,
    after: SetImportance | None,
    categories: Sequence[int],
) -> Table:
    selection = layer.selection
    study, name, first = selection.study, selection.layer, _first(before)
    found, state = found_by(study, name), layer.gate.state_in_a_word(selection.focus)
    rows = []
    for category in categories:
        units = first[category]
        for rank, unit in enumerate(u for u in units if u == units[0] or before.share[category, u] >= LEAST):
            rows.append(
                [
                    Cell(category_name(study, category), selection.category(category))
                    if not rank
                    else Cell(),
                    Cell(str(unit), selection.unit(unit), value=unit),
                    *importance_cells(before, after, category, unit, state),
                    found_by_cell(study, name, found, unit),
                ]
            )
    columns = [
        Column("category"),
        Column("feature", numeric=True),
        *importance_columns(selection, method, both=after is not None),
        FOUND_BY,
    ]
    return Table("The features that count most for each category", columns, rows, _note(layer, method, after))


def _note(layer: ShownLayer, method: str, after: SetImportance | None) -> str:
    selection = layer.selection
    how = {
        "exact": "Exact: code times atom, read by the linear head.",
        "gradient_x_code": "Code times the logit's gradient with respect to it, by the model.",
        "sobol": "Sobol total indices of masks on the codes, by the model.",
    }[method]
    lacking = f" Not computed for {selection.focus}." if layer.compared and after is None else ""
    return f"{how} Of {selection.study.reference} the half that the dictionary was not fitted on.{lacking}"


def _scatter(layer: ShownLayer, before: SetImportance) -> Panel:
    """One point for each feature: its share of the category that it counts most for, and its AUROC."""
    selection = layer.selection
    shift = layer.numbers.measure("shift_auroc")
    share = np.nan_to_num(before.share).max(axis=0)
    units = np.flatnonzero(np.isfinite(shift.estimate.value) & (share > 0))
    title = "Importance against shift"
    if not len(units):
        return Message(title, f"No feature of {selection.layer} has both numbers in {selection.focus}.")
    rows = unit_points(selection, units, layer.passing, x=share[units], y=shift.estimate.value[units])
    spec = {
        "data": {"values": rows},
        "height": 260,
        "layer": [
            {
                "mark": {"type": "point", "filled": True, "size": point_size(len(rows))},
                "encoding": {
                    "x": {
                        "field": "x",
                        "type": "quantitative",
                        "title": f"largest share of a category in {selection.baseline}",
                        "axis": {"format": "%", "tickCount": 6},
                    },
                    "y": {
                        "field": "y",
                        "type": "quantitative",
                        "title": f"{shift.title} ({shift.measured_in})",
                        "scale": {"domain": [0, 1]},
                    },
                    "color": {
                        "datum": selection.focus,
                        "type": "nominal",
                        "scale": {"domain": selection.ordered()},
                        "legend": None,
                    },
                    "tooltip": [
                        {"field": "unit", "title": "feature"},
                        {"field": "x", "title": "share", "format": ".0%"},
                        {"field": "y", "title": shift.title, "format": ".3g"},
                    ],
                },
            },
            {
                "data": {"values": [{"y": exact(0.5)}]},
                "mark": {"type": "rule", "strokeDash": [4, 4], "opacity": 0.5},
                "encoding": {"y": {"field": "y", "type": "quantitative"}},
            },
        ],
    }
    return Chart(
        title,
        spec,
        description=f"One point for each feature of {selection.layer}: the largest share of a category that it "
        f"carries, and {shift.title} in {selection.focus}.",
        note=f"Far right and far from the dashed line: features that decide and have changed under {selection.focus}. "
        "Click a point to see the feature.",
    )
