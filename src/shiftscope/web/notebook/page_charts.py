"""The charts of a page as Vega-Lite, from the numbers that the page draws, also where it draws them itself."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import singledispatch
from typing import Any

import numpy as np

from shiftscope.views.page.panels import (
    Cases,
    Cell,
    Change,
    Chart,
    Curves,
    Heat,
    Lines,
    Matrix,
    Page,
    Panel,
    Table,
    inner_panels,
)
from shiftscope.web.notebook.chart_image import DATASETS, MUTED

Spec = dict[str, Any]
Ticks = Sequence[tuple[float, str]]

STEP = 18  # pixels a row
BEFORE, AFTER = DATASETS[:2]  # colours of baseline and focus


@dataclass(frozen=True)
class DrawnChart:
    """One chart: its name, its title, and a specification without colours or fonts."""

    name: str
    title: str
    spec: Mapping[str, Any]


def page_charts(page: Page) -> dict[str, DrawnChart]:
    """Every chart of a page by its name, in the order of the page, folded ones too; a name that is there again is
    followed by a number."""
    found: dict[str, DrawnChart] = {}
    for panel in _every(page.panels):
        spec = vega_lite(panel)
        if spec is None:
            continue
        base = panel.chart or re.sub(r"[^a-z0-9]+", "_", panel.title.casefold()).strip("_") or "chart"
        names = [base, *(f"{base}_{number}" for number in range(2, len(found) + 2))]
        name = next(name for name in names if name not in found)
        found[name] = DrawnChart(name, panel.title, spec)
    return found


def _every(panels: Sequence[Panel]) -> Iterator[Panel]:
    for panel in panels:
        yield panel
        if isinstance(panel, Heat):
            yield from (block.lines for block in panel.blocks if block.lines)
        yield from _every(inner_panels(panel))


@singledispatch
def vega_lite(panel: Panel) -> Spec | None:
    """The specification of a panel that draws numbers; None for the others."""
    return None


@vega_lite.register
def _(panel: Chart) -> Spec | None:
    return dict(panel.spec)


@vega_lite.register
def _(panel: Curves) -> Spec | None:
    """From the baseline on, a line with its band for each curve."""
    usual = [0, *panel.baseline]
    rows = [
        {"curve": number, "name": curve.name, "step": step, "value": value, "low": low, "high": high}
        for number, curve in enumerate(panel.curves)
        for step, value, low, high in (usual, *curve.points)
    ]
    steps = [(float(step), text) for step, text in enumerate(panel.steps)]
    x = {"field": "step", "type": "quantitative", "title": panel.variable or None, "axis": _axis(steps)}
    y = {"field": "value", "type": "quantitative", "title": None, "axis": _axis(panel.axis)}
    lines = {"x": x, "detail": {"field": "curve"}, "color": _by_name([curve.name for curve in panel.curves])}
    return {
        "data": {"values": rows},
        "height": 220,
        "layer": [
            {
                "mark": {"type": "area", "opacity": 0.15},
                "encoding": {**lines, "y": {**y, "field": "low"}, "y2": {"field": "high"}},
            },
            {"mark": {"type": "line", "point": True}, "encoding": {**lines, "y": y}},
        ],
    }


@vega_lite.register
def _(panel: Lines) -> Spec | None:
    rows = [
        {"name": line.name, "step": step, "value": value}
        for line in panel.lines
        for step, value in enumerate(line.values)
        if not math.isnan(value)
    ]
    marks = [(float(step), " ".join(filter(None, mark))) for step, mark in enumerate(panel.marks)]
    low, high = panel.ticks[0][0], panel.ticks[-1][0]
    return {
        "data": {"values": rows},
        "height": 220,
        "mark": {"type": "line", "point": True},
        "encoding": {
            "x": {"field": "step", "type": "quantitative", "title": None, "axis": _axis(marks)},
            "y": {
                "field": "value",
                "type": "quantitative",
                "title": panel.note or None,
                "axis": _axis(panel.ticks),
                "scale": {"domain": [low, high]},
            },
            "color": _by_name([line.name for line in panel.lines]),
        },
    }


@vega_lite.register
def _(panel: Matrix) -> Spec | None:
    """A row for each cell that is drawn: zero and what is missing are left empty."""
    values = np.nan_to_num(np.asarray(panel.counts, np.float64), posinf=np.nan, neginf=np.nan)
    if panel.hide_diagonal:
        np.fill_diagonal(values, 0)
    at = np.argwhere(values)
    rows = [
        {"row": panel.row_names[r], "column": panel.column_names[c], "value": float(values[r, c])}
        for r, c in at.tolist()
    ]
    most = float(np.nanmax(np.abs(values), initial=0))
    shades = {"range": "diverging", "domain": [-most, 0, most]} if panel.signed else {"range": "ramp"}
    return {
        "data": {"values": rows},
        "width": {"step": STEP},
        "height": {"step": STEP},
        "mark": "rect",
        "encoding": {
            "x": _names("column", panel.column_names, panel.column_axis),
            "y": _names("row", panel.row_names, panel.row_axis),
            "color": {
                "field": "value",
                "type": "quantitative",
                "title": panel.measured_in,
                "scale": shades,
                "legend": {"orient": "right"},
            },
        },
    }


@vega_lite.register
def _(panel: Table) -> Spec | None:
    """The column of the table that is drawn, from ring to dot; None where there is none."""
    for place, column in enumerate(panel.columns):
        changes = [row[place].change for row in panel.rows]
        if any(changes):
            title = " … ".join(column.ends) if column.ends else column.name
            return _changes(_named(panel.rows, place), changes, column.axis, title)
    return None


@vega_lite.register
def _(panel: Cases) -> Spec | None:
    cases = [case for case in panel.cases if case.accuracy]
    if not cases:
        return None
    return _changes([case.name for case in cases], [case.accuracy for case in cases], panel.axis, "accuracy")


@vega_lite.register
def _(panel: Heat) -> Spec | None:
    """Each block's cells under its own columns, coloured by bins."""
    rows = [
        {"row": row.name, "column": column, "text": cell.text, "bin": panel.bins[cell.shade]}
        for block in panel.blocks
        for row in block.rows
        for column, cell in zip(block.columns or [""], row.cells, strict=True)
        if cell is not None and cell.shade is not None
    ]
    columns = list(dict.fromkeys(column for block in panel.blocks for column in block.columns or [""]))
    names = [row.name for block in panel.blocks for row in block.rows]
    x, y = _names("column", columns, None), _names("row", list(dict.fromkeys(names)), None)
    shade = {
        "field": "bin",
        "type": "ordinal",
        "title": None,
        "scale": {"domain": list(panel.bins), "range": "ramp"},
    }
    return {
        "data": {"values": rows},
        "width": {"step": 2 * STEP},
        "height": {"step": STEP},
        "mark": "rect",
        "encoding": {"x": x, "y": y, "color": shade, "tooltip": [{"field": "text"}]},
    }


def _changes(names: Sequence[str], changes: Sequence[Change | None], axis: Ticks, title: str) -> Spec:
    """A ring, a dot with its interval, and the way between them, on the axis of the page."""
    rows = [
        {"row": name, "before": drawn.before, "after": drawn.after, "low": drawn.low, "high": drawn.high}
        for name, drawn in zip(names, changes, strict=True)
        if drawn
    ]
    y = {"field": "row", "type": "nominal", "title": None, "sort": None}

    def at(field: str) -> Spec:
        return {"field": field, "type": "quantitative", "title": title, "axis": _axis(axis)}

    end = {
        "field": "end",
        "type": "nominal",
        "scale": {"domain": ["before", "after"], "range": [BEFORE, AFTER]},
        "legend": {"title": None, "symbolOpacity": 1},
    }
    way = {"y": y, "x": at("before"), "x2": {"field": "after"}}
    return {
        "data": {"values": rows},
        "height": {"step": 2 * STEP},
        "layer": [
            {"mark": {"type": "rule", "color": MUTED, "opacity": 0.6}, "encoding": way},
            {
                "mark": {"type": "rule", "color": AFTER, "strokeWidth": 3, "opacity": 0.35},
                "encoding": {"y": y, "x": at("low"), "x2": {"field": "high"}},
            },
            {
                "transform": [{"calculate": "'before'", "as": "end"}],
                "mark": {"type": "point", "filled": False, "size": 60},
                "encoding": {"y": y, "x": at("before"), "color": end},
            },
            {
                "transform": [{"calculate": "'after'", "as": "end"}],
                "mark": {"type": "circle", "size": 70},
                "encoding": {"y": y, "x": at("after"), "color": end},
            },
        ],
    }


def _axis(ticks: Ticks) -> Spec:
    """The page's own words at their places; none where the page writes none."""
    places, texts = [float(place) for place, _ in ticks], [text for _, text in ticks]
    return {"values": places, "labelExpr": f"{json.dumps(texts)}[indexof({json.dumps(places)}, datum.value)]"}


def _names(field: str, names: Sequence[str], title: str | None) -> Spec:
    """An axis of all names in their order."""
    scale = {"domain": list(dict.fromkeys(names))}
    return {"field": field, "type": "nominal", "sort": None, "scale": scale, "title": title}


def _by_name(names: Sequence[str]) -> Spec:
    """A colour for each name; the legend has those that are written."""
    legend = {"symbolOpacity": 1, "values": list(dict.fromkeys(filter(None, names)))}
    return {"field": "name", "type": "nominal", "title": None, "sort": None, "legend": legend}


def _named(rows: Sequence[Sequence[Cell]], drawn: int) -> list[str]:
    """What the first cell of each row says; all cells before the one that is drawn, where that is not told apart."""
    first = [row[0].text for row in rows]
    return (
        first if len(set(first)) == len(first) else [", ".join(c.text for c in row[:drawn]) for row in rows]
    )
