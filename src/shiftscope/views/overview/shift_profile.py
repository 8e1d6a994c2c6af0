"""Where in the network a shift begins: the median of a score, layer by layer."""

from __future__ import annotations

import math

from shiftscope.statistics.quartiles import quartiles
from shiftscope.views.overview.shown_overview import ShownOverview
from shiftscope.views.page.panels import Chart, Message, Panel
from shiftscope.views.page.section import section
from shiftscope.views.parts.charts import by_dataset
from shiftscope.views.parts.number_text import exact
from shiftscope.views.parts.unit_scores import estimated, title

TITLE = "Where in the network the shift begins"


@section(ShownOverview, place=40)
def shift_profile(overview: ShownOverview) -> Panel | None:
    """A line for each shifted dataset through the median over each layer's units, with the middle half around it."""
    selection, score = overview.selection, overview.score
    if not overview.shifts:
        return None
    layers = list(selection.study.recorded_layers)  # derived ones have no depth of their own
    rows = []
    for name in selection.others():
        for layer in layers:
            low, middle, high = map(exact, quartiles(estimated(selection, name, layer)[score.name].value))
            if math.isnan(middle):
                continue
            rows.append(
                {
                    "dataset": name,
                    "layer": layer,
                    "median": middle,
                    "low": low,
                    "high": high,
                    "page": selection.layer_page(layer, focus=name, sort=score.name),
                }
            )
    named = title(score.name)
    if not rows:
        return Message(
            TITLE, f"No unit of any layer has {named} under a shift; it may take single responses, or labels."
        )
    shared = {
        "x": {
            "field": "layer",
            "type": "ordinal",
            "sort": layers,
            "title": "layer, in the order recorded",
            "axis": {"labelAngle": 0, "labelLimit": 120, "labelOverlap": True},
            "scale": {"type": "point", "padding": 0.3},
        },
        "color": by_dataset(selection, selection.others()),
    }
    middle_half = {
        "mark": {"type": "area", "opacity": 0.12},
        "encoding": {
            **shared,
            "y": {"field": "low", "type": "quantitative", "title": named},
            "y2": {"field": "high"},
        },
    }
    medians = {
        "mark": {"type": "line", "point": {"size": 60, "filled": True}},
        "encoding": {
            **shared,
            "y": {"field": "median", "type": "quantitative", "title": named},
            "tooltip": [
                {"field": "dataset"},
                {"field": "layer"},
                {"field": "median", "title": f"median {named}", "format": ".3g"},
                {"field": "low", "title": "a quarter is below", "format": ".3g"},
                {"field": "high", "title": "a quarter is above", "format": ".3g"},
            ],
        },
    }
    unchanged = {"mark": {"type": "rule", "strokeDash": [4, 4]}, "encoding": {"y": {"datum": score.null}}}
    return Chart(
        TITLE,
        {
            "data": {"values": rows},
            "height": 260,
            "layer": [*([unchanged] if score.null is not None else []), middle_half, medians],
        },
        description=f"Median {named} over the units of each layer, a line for each shifted dataset.",
        note=f"Median {named} over each layer's units, in {score.measured_in}; the band holds the middle half of them. "
        f"{score.help}",
    )
