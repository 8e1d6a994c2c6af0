"""Charts as images, drawn without a browser by the extra `figures`."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from typing import Any

WIDTH = 420  # pixels of the plot, where the specification leaves it to the page

# The light colours of shiftscope.css; on a ground of its own the image is legible on any page.
INK, MUTED, LINE, STRONG = "#17202a", "#55636f", "#dfe4e8", "#a9b5bf"
DATASETS = ["#0b62ad", "#c04a06", "#007a5a", "#a3437f", "#8a6a00", "#4d4aa8", "#55636f"]
RAMP = ["#dbe7ee", "#5e8fae", "#123a57"]
_WORDS = {
    "labelColor": MUTED,
    "titleColor": INK,
    "labelFontSize": 11,
    "titleFontSize": 12,
    "titleFontWeight": 500,
}
# Of Vega, but for the space before the sign.
_NUMBERS = {"decimal": ".", "thousands": ",", "grouping": [3], "currency": ["$", ""], "percent": " %"}
CONFIG: dict[str, Any] = {
    "locale": {"number": _NUMBERS},
    "background": "#ffffff",
    "padding": 10,
    "font": "sans-serif",
    "view": {"stroke": None, "continuousHeight": 220, "discreteHeight": {"step": 18}},
    "axis": {**_WORDS, "gridColor": LINE, "domainColor": STRONG, "tickColor": STRONG},
    "legend": {**_WORDS, "orient": "top", "symbolStrokeWidth": 1.5},
    "header": {"labelColor": MUTED, "titleColor": INK},
    "title": {"color": INK, "fontSize": 13, "fontWeight": 600, "anchor": "start"},
    "mark": {"color": "#4f6b80"},
    "point": {"size": 36, "filled": True},
    "circle": {"size": 36},
    "rule": {"color": STRONG},
    "text": {"color": INK},
    "range": {
        "category": DATASETS,
        "datasets": DATASETS,
        "verdict": ["#12776d", "#b3226b"],
        "ordinal": RAMP,
        "ramp": RAMP,
        "heatmap": RAMP,
        "diverging": [DATASETS[0], "#ffffff", DATASETS[1]],
    },
}


def chart_svg(spec: Mapping[str, Any]) -> str | None:
    """A Vega-Lite specification, in plain JSON values, as SVG; None where vl-convert-python is not installed."""
    try:
        vl_convert = importlib.import_module("vl_convert")
    except ImportError:
        return None
    composed = {"facet", "hconcat", "vconcat", "concat", "repeat"} & set(spec)
    sized = spec if composed or "width" in spec else {**spec, "width": WIDTH}
    # Names in the data are no addresses: nothing may be loaded from anywhere.
    svg: str = vl_convert.vegalite_to_svg(dict(sized), config=CONFIG, allowed_base_urls=[])
    return svg
