"""How often paths are significant."""

from __future__ import annotations

from shiftscope.explain.paths.measures.separation import BINS
from shiftscope.percent import percent
from shiftscope.views.page.panels import Chart, Fold
from shiftscope.views.page.section import section
from shiftscope.views.parts.number_text import exact
from shiftscope.views.paths.shown_paths import ShownPaths


@section(ShownPaths, place=40)
def frequencies(paths: ShownPaths) -> Fold:
    """How many paths are significant in what share of the samples, datasets over one another."""
    chosen, log = paths.chosen, paths.log
    row = len(chosen.selection.study.categories) if paths.category is None else paths.category
    values = [
        {"dataset": name, "from": exact(bin / BINS), "to": exact((bin + 1) / BINS), "paths": int(paths)}
        for name, found in chosen.statistics.items()
        for bin, paths in enumerate(found.separation.histogram[row].tolist())
        if paths or not log
    ]
    scale: dict[str, object] = {"type": "symlog"} if log else {}
    spec = {
        "data": {"values": values},
        "height": 240,
        "mark": {"type": "line", "interpolate": "step-after", "strokeWidth": 1.5},
        "encoding": {
            "x": {
                "field": "from",
                "type": "quantitative",
                "title": "share of samples in which a path is significant",
                "scale": {"domain": [0, 1]},
            },
            "y": {"field": "paths", "type": "quantitative", "title": "paths", "scale": scale},
            "color": {
                "field": "dataset",
                "type": "nominal",
                "scale": {"domain": chosen.selection.ordered()},
                "legend": {"orient": "top", "title": None},
            },
        },
    }
    whose = chosen.names()[row]
    chart = Chart(
        f"How often paths are significant: {whose}",
        spec,
        description=f"Number of paths by the share of samples of {whose} in which they are significant.",
        note=f"{BINS} bins from 0 to 1; on the left few samples show a path, on the right all do.",
        chart="frequencies",
    )
    compared = dict.fromkeys((paths.selection.baseline, paths.followed))
    rare = [f"{percent(float(chosen.statistics[name].separation.rare[row]))} in {name}" for name in compared]
    says = f"{whose}, significant in less than 5 % of the samples: {', '.join(rare)}"
    return Fold("How often paths are significant", says, [chart], "how-often-paths")
