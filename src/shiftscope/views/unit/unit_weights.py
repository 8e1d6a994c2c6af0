"""What a unit does to the answer: its weights into the categories."""

from __future__ import annotations

from typing import Any

import numpy as np

from shiftscope.summaries.maxima import Maxima
from shiftscope.views.page.panels import Chart, Fold
from shiftscope.views.page.section import section
from shiftscope.views.parts.charts import told_apart
from shiftscope.views.parts.number_text import number, signed_like
from shiftscope.views.unit.shown_unit import ShownUnit

EACH_WAY = 8  # largest and smallest weights


@section(ShownUnit, place=60)
def unit_weights(unit: ShownUnit) -> Fold | None:
    """The unit's largest positive and negative weights into the categories, where it feeds the logits."""
    selection, layer, index = unit.selection, unit.layer, unit.index
    head = selection.study.heads.get(layer)
    if head is None:
        return None
    weights = head.weight[:, index].astype(np.float64)
    order = np.argsort(-weights, kind="stable").tolist()
    shown = order if len(order) <= 2 * EACH_WAY else order[:EACH_WAY] + order[-EACH_WAY:]
    names = told_apart(selection.study, shown)
    maximum = float(selection.study[selection.baseline].summary(layer, Maxima).largest[index])
    rows: list[dict[str, Any]] = [
        {
            "category": names[c],
            "weight": float(weights[c]),
            "most": float(weights[c]) * maximum,
            "page": selection.category(c),
        }
        for c in shown
    ]
    spec = {
        "data": {"values": rows},
        "height": 18 * len(shown),
        "mark": {"type": "bar", "cornerRadiusEnd": 1},
        "encoding": {
            "y": {
                "field": "category",
                "type": "nominal",
                "sort": [names[c] for c in shown],
                "axis": {"title": None, "labelLimit": 140},
            },
            "x": {"field": "weight", "type": "quantitative", "title": "weight (logits for a response of 1)"},
            "tooltip": [
                {"field": "category"},
                {"field": "weight", "format": ".3f"},
                {
                    "field": "most",
                    "format": ".3f",
                    "title": f"logits at its maximum in {selection.baseline}",
                },
            ],
        },
    }
    which = (
        f"The {EACH_WAY} largest and the {EACH_WAY} smallest of {len(order)}. "
        if len(shown) < len(order)
        else ""
    )
    chart = Chart(
        "Weights into the categories",
        spec,
        description="Weights of the unit into the logits of the categories, largest first.",
        note=f"{which}Its response times the weight is what it adds to the logit of a category; a response as large "
        f"as its maximum in {selection.baseline}, {number(maximum)}, adds as much as the tooltip says.",
        chart="weights",
    )
    most, least = order[0], order[-1]
    write = signed_like(float(np.abs(weights).max()))
    says = ", ".join(
        f"{way} {told_apart(selection.study, [c])[c]} ({write(float(weights[c]))})"
        for way, c, there in (
            ("most for", most, weights[most] > 0),
            ("most against", least, weights[least] < 0),
        )
        if there
    )
    return Fold("What it argues for", says or "for no category: all its weights are 0", [chart], "argues-for")
