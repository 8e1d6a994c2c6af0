"""Units of a layer by two of their numbers."""

from __future__ import annotations

import json
import math
from functools import lru_cache

import numpy as np

from shiftscope.counted import counted
from shiftscope.statistics.rank_correlation import RankedProfiles, rank_correlation
from shiftscope.views.layer.shown_layer import ShownLayer
from shiftscope.views.page.panels import Brush, Chart, Fold, Message, Panel
from shiftscope.views.page.section import section
from shiftscope.views.parts.charts import point_size, unit_points
from shiftscope.views.parts.number_text import number
from shiftscope.views.parts.units.unit_filter import with_rectangle, without_rectangle


@section(ShownLayer, place=30)
def unit_scatter(layer: ShownLayer) -> Fold:
    """One point for each unit that has both numbers; those that pass the filter stand out."""
    x, y = layer.across, layer.up
    alike = _alike(*(np.asarray(each.estimate.value, np.float64).tobytes() for each in (x, y)))
    says = f"rank correlation of {x.title} and {y.title}: {number(alike)}"
    return Fold("Every unit by two of its numbers", says, [_scatter(layer)], "scatter")


@lru_cache(maxsize=32)  # the same for every page of a layer
def _alike(across: bytes, up: bytes) -> float:
    """Rank correlation over the units that have both numbers; NaN where none has."""
    x, y = np.frombuffer(across), np.frombuffer(up)
    both = np.isfinite(x) & np.isfinite(y)
    if not both.any():
        return math.nan
    return float(rank_correlation(y[both][:, None], RankedProfiles(x[both][:, None]))[0])


def _scatter(layer: ShownLayer) -> Panel:
    selection, x, y = layer.selection, layer.across, layer.up
    heading = f"Units by {x.title} and {y.title}"
    across, up = x.estimate.value, y.estimate.value
    both = np.flatnonzero(np.isfinite(across) & np.isfinite(up))
    if not len(both):
        return Message(heading, f"No unit of {selection.layer} has both numbers in {selection.focus}.")
    rows = unit_points(selection, both, layer.passing, x=across[both], y=up[both])
    spec = {
        "data": {"values": rows},
        "height": 300,
        "transform": [{"calculate": json.dumps(selection.focus), "as": "dataset"}],
        "mark": {"type": "point", "filled": True, "size": point_size(len(rows))},
        "encoding": {
            "x": {"field": "x", "type": "quantitative", "title": f"{x.title} ({x.measured_in})"},
            "y": {"field": "y", "type": "quantitative", "title": f"{y.title} ({y.measured_in})"},
            "color": {
                "field": "dataset",
                "type": "nominal",
                "scale": {"domain": selection.ordered()},
                "legend": None,
            },
            "opacity": {"condition": {"test": "datum.passes", "value": 0.75}, "value": 0.15},
            "tooltip": [
                {"field": "unit", "title": "unit"},
                {"field": "x", "title": x.title, "format": ".3g"},
                {"field": "y", "title": y.title, "format": ".3g"},
            ],
        },
    }
    lacking = len(across) - len(rows)
    lack = "lacks" if lacking == 1 else "lack"
    undefined = f" {counted(lacking, 'unit')} {lack} one of the two." if lacking else ""
    return Chart(
        heading,
        spec,
        description=f"One point for each unit of {selection.layer} by {x.title} and {y.title} in {selection.focus}.",
        note=f"{selection.focus}. Draw a rectangle to filter the units below; click a point to see the unit."
        f"{undefined}",
        brush=_brush(layer),
        chart="scatter",
    )


def _brush(layer: ShownLayer) -> Brush:
    """A rectangle becomes a part of the filter, in the place of the one there was."""
    x, y = layer.across.name, layer.up.name
    without = without_rectangle(layer.asked, x, y)
    drawn = layer.at(where=with_rectangle(layer.asked, x, y))
    return Brush(drawn, "" if without is None else layer.at(where=without))
