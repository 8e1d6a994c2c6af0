"""How strongly a unit responds, how often, in every dataset."""

from __future__ import annotations

import numpy as np

from shiftscope.summaries.histograms import Histograms
from shiftscope.views.page.panels import Chart
from shiftscope.views.parts.charts import by_dataset
from shiftscope.views.parts.number_text import number
from shiftscope.views.unit.shown_unit import ShownUnit


def unit_histogram(unit: ShownUnit) -> Chart:
    """Share of samples by response, of each dataset over the same bins."""
    selection, layer, index = unit.selection, unit.layer, unit.index
    names = unit.sets
    stored = [_of_one(selection.study[name].summary(layer, Histograms), index) for name in names]
    exponent = np.maximum.reduce([h.exponent for h in stored])
    signed = np.logical_or.reduce([h.signed for h in stored])
    alike = [h.widened(exponent, signed) for h in stored]
    edges = alike[0].edges(0).tolist()
    used = np.flatnonzero(np.sum([h.counts[:, 0] for h in alike], axis=0))
    bins = range(int(used.min()), int(used.max()) + 1) if len(used) else range(1)
    rows = []
    for name, histogram in zip(names, alike, strict=True):
        counts: list[int] = histogram.counts[:, 0].tolist()
        every = max(sum(counts), 1)
        for b in bins:
            share = 100 * counts[b] / every
            rows.append(
                {
                    "dataset": name,
                    "from": edges[b],
                    "to": edges[b + 1],
                    "share": share,
                    "samples": counts[b],
                }
            )
    spec = {
        "data": {"values": rows},
        "height": 260,
        # Both edges of each bin, so that the line steps where the bins meet.
        "transform": [{"fold": ["from", "to"], "as": ["edge", "at"]}],
        "mark": {"type": "area", "line": True, "fillOpacity": 0.12},
        "encoding": {
            "x": {
                "field": "at",
                "type": "quantitative",
                "title": "response",
                "scale": {"zero": False, "nice": False},
            },
            "y": {
                "field": "share",
                "type": "quantitative",
                "stack": None,
                "title": "% of samples (logarithmic above 1 %)",
                "scale": {"type": "symlog", "constant": 0.5},
                "axis": {"values": [0, 1, 3, 10, 30, 100]},
            },
            "color": by_dataset(selection, names),
            "tooltip": [
                {"field": "dataset"},
                {"field": "from", "format": ".3g"},
                {"field": "to", "format": ".3g"},
                {"field": "samples"},
                {"field": "share", "format": ".2f", "title": "% of samples"},
            ],
        },
    }
    return Chart(
        "Responses",
        spec,
        description="Histogram of the unit's responses for each dataset, as shares of its samples.",
        note=f"{len(bins)} bins of width {number(edges[1] - edges[0])}, the same for every dataset.",
        chart="histogram",
    )


def _of_one(histograms: Histograms, unit: int) -> Histograms:
    """The same, of one unit alone: widening those of all takes as long as the rest of the page."""
    one = slice(unit, unit + 1)
    return Histograms(histograms.counts[:, one], histograms.exponent[one], histograms.signed[one])
