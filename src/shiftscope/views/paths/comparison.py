"""Checkpoints side by side: separation, entropy and accuracy over the course of training."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from shiftscope.explain.paths.comparison import APART, Comparison
from shiftscope.explain.paths.path_statistics import Estimated, PathStatistics
from shiftscope.explain.paths.paths import ALL
from shiftscope.views.page.panels import Cell, Chart, Column, Columns, Matrix, Page, Panel, Table
from shiftscope.views.parts.cells import number_cell, share_cell
from shiftscope.views.parts.number_text import exact

MATRICES = 12  # checkpoints whose matrices are drawn


def comparison_page(compared: Comparison, dataset: str, *, same_scale: bool = True) -> Page:
    """The whole course on one dataset.

    Parameters
    ----------
    same_scale
        Colour the matrices of all checkpoints by one scale, the paper's "normalised" figures.
    """
    first = next(iter(compared.checkpoints.values()))
    charts: list[Panel] = [
        _chart(compared, dataset, "Separation above the sampling floor", "nats", lambda found: found.excess),
        _chart(compared, dataset, "Entropy within a category", "nats", lambda found: found.mean_entropy),
        _accuracies(compared, dataset),
    ]
    settings = first.settings
    return Page(
        title=f"Paths of {first.map.name} over {len(compared.checkpoints)} checkpoints",
        subtitle=f"On {dataset}. A path is significant where {settings.rule.formula}; "
        f"{settings.frequencies.in_words()}.",
        panels=[
            _table(compared, dataset),
            Columns("", charts),
            *_matrices(compared, dataset, same_scale=same_scale),
        ],
    )


def _table(compared: Comparison, dataset: str) -> Table:
    columns = [
        Column("checkpoint", "In the order given; the first is what the others are measured against."),
        Column("accuracy", "Share of labelled samples classified right.", numeric=True),
        Column("mean divergence", "Nats, over paths and ordered pairs of categories.", numeric=True),
        Column("sampling floor", "The same with shuffled labels.", numeric=True),
        Column("mean entropy", "Nats, over paths and categories.", numeric=True),
        Column(
            "times the first", "Divergence above the floor, over that of the first checkpoint.", numeric=True
        ),
        Column(
            "which means",
            f"Apart where the whole interval is above {APART:g}; changed without separating categories where it is "
            "below and the entropies' intervals do not meet.",
        ),
    ]
    rows = []
    for name, found in compared.checkpoints.items():
        here, ratio = found.statistics[dataset], compared.ratio(name, dataset)
        rows.append(
            [
                Cell(name),
                share_cell(found.accuracies[dataset]),
                _cell(here.mean_kl),
                _cell(here.floor),
                _cell(here.mean_entropy),
                _cell(ratio),
                Cell("" if name == next(iter(compared.checkpoints)) else compared.diagnosis(name, dataset)),
            ]
        )
    return Table(f"On {dataset}", columns, rows)


def _cell(one: Estimated) -> Cell:
    return number_cell(one.value, one.low, one.high)


def _chart(
    compared: Comparison, dataset: str, title: str, unit: str, of: Callable[[PathStatistics], Estimated]
) -> Chart:
    order = list(compared.checkpoints)
    values = []
    for name, found in compared.checkpoints.items():
        one = of(found.statistics[dataset])
        if np.isfinite(one.value):
            ends = (
                {"low": exact(one.low), "high": exact(one.high)}
                if np.isfinite([one.low, one.high]).all()
                else {}
            )
            values.append({"checkpoint": name, "value": exact(one.value), **ends})
    x = {"field": "checkpoint", "type": "ordinal", "sort": order, "title": None, "axis": {"labelAngle": -40}}
    y = {"field": "value", "type": "quantitative", "title": unit}
    tooltip = [
        {"field": "checkpoint"},
        {"field": "value", "format": ".3g"},
        {"field": "low", "format": ".3g"},
        {"field": "high", "format": ".3g"},
    ]
    spec = {
        "data": {"values": values},
        "height": 220,
        "layer": [
            {
                "mark": {"type": "rule"},
                "encoding": {"x": x, "y": {**y, "field": "low"}, "y2": {"field": "high"}},
            },
            {
                "mark": {"type": "line", "point": {"size": 50, "filled": True}},
                "encoding": {"x": x, "y": y, "tooltip": tooltip},
            },
        ],
    }
    return Chart(
        title,
        spec,
        description=f"{title} of each checkpoint.",
        note="95 % intervals of resamples of the samples.",
    )


def _accuracies(compared: Comparison, dataset: str) -> Chart:
    order = list(compared.checkpoints)
    values = [
        {"checkpoint": name, "accuracy": exact(found.accuracies[dataset])}
        for name, found in compared.checkpoints.items()
    ]
    spec = {
        "data": {"values": values},
        "height": 220,
        "mark": {"type": "line", "point": {"size": 50, "filled": True}},
        "encoding": {
            "x": {
                "field": "checkpoint",
                "type": "ordinal",
                "sort": order,
                "title": None,
                "axis": {"labelAngle": -40},
            },
            "y": {
                "field": "accuracy",
                "type": "quantitative",
                "title": None,
                "axis": {"format": ".0%"},
                "scale": {"domain": [0, 1]},
            },
            "tooltip": [{"field": "checkpoint"}, {"field": "accuracy", "format": ".1%"}],
        },
    }
    return Chart(
        "Accuracy",
        spec,
        description="Accuracy of each checkpoint.",
        note=f"Of the labelled samples of {dataset}.",
    )


def _matrices(compared: Comparison, dataset: str, *, same_scale: bool) -> list[Panel]:
    shown = list(compared.checkpoints.items())[:MATRICES]
    values = {}
    for name, found in shown:
        statistics = found.statistics[dataset]
        values[name] = statistics.kl.copy()
        np.fill_diagonal(values[name], statistics.separation.entropy)
    largest = max((float(np.nanmax(v[np.isfinite(v)], initial=0)) for v in values.values()), default=0.0)
    names = [*shown[0][1].categories, ALL]
    matrices = [
        Matrix(
            name,
            value,
            names,
            names,
            row_axis="KL of",
            column_axis="from",
            page="",
            note="On the diagonal the entropy of each category.",
            amounts=True,
            largest=largest if same_scale else None,
            diagonal="entropy",
            measured_in="nats",
        )
        for name, value in values.items()
    ]
    scale = "one colour scale" if same_scale else "a colour scale each"
    return [
        Columns(f"Divergence between categories, {scale}" if not start else "", matrices[start : start + 3])
        for start in range(0, len(matrices), 3)
    ]
