"""What a unit responds to: its mean response to each category, in every dataset."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from shiftscope.counted import counted
from shiftscope.summaries.category_sums import CategorySums
from shiftscope.summaries.maxima import Maxima
from shiftscope.views.page.panels import Chart
from shiftscope.views.page.section import section
from shiftscope.views.parts.charts import by_dataset, told_apart
from shiftscope.views.parts.shown_sets import shown_sets
from shiftscope.views.unit.shown_unit import ShownUnit

CATEGORIES = 12  # in the chart


@section(ShownUnit, place=30)
def unit_profile(unit: ShownUnit) -> Chart:
    """Mean response to the categories the focus responds to most, over the reference maximum."""
    selection, layer, index = unit.selection, unit.layer, unit.index
    maximum = float(selection.study[selection.baseline].summary(layer, Maxima).largest[index])
    means = {
        name: category_means(selection.study[name].summary(layer, CategorySums), index)
        for name in shown_sets(selection)
    }
    shown = _strongest_first(means, selection.focus)[:CATEGORIES]
    scale = maximum if maximum > 0 else 1.0
    names = told_apart(selection.study, shown)
    rows: list[dict[str, Any]] = [
        {
            "dataset": name,
            "category": names[c],
            "mean": float(values[c]) / scale,
            "page": selection.category(c),
        }
        for name, values in means.items()
        for c in shown
        if not np.isnan(values[c])
    ]
    measured = "share of the reference maximum" if maximum > 0 else "response"
    spec = {
        "data": {"values": rows},
        "height": 260,
        "mark": {"type": "bar", "cornerRadiusEnd": 1},
        "encoding": {
            "x": {
                "field": "category",
                "type": "nominal",
                "sort": [names[c] for c in shown],
                "axis": {"labelAngle": -35 if len(shown) > 6 else 0, "title": None},
            },
            "xOffset": {"field": "dataset", "sort": shown_sets(selection)},
            "y": {"field": "mean", "type": "quantitative", "title": measured},
            "color": by_dataset(selection),
            "tooltip": [
                {"field": "category"},
                {"field": "dataset"},
                {"field": "mean", "format": ".3f", "title": f"mean ({measured})"},
            ],
        },
    }
    which = (
        f"The {len(shown)} strongest of {counted(len(selection.study.categories), 'category')}"
        if shown
        else "Categories"
    )
    return Chart(
        "What it responds to",
        spec,
        description="Mean response of the unit to the samples of each category, for each dataset.",
        note=f"{which}, by the mean over the samples of each true category in {selection.focus}, the focus; click a "
        "bar to see the category.",
    )


def category_means(sums: CategorySums, unit: int) -> npt.NDArray[np.float64]:
    """(category,) mean response of one unit; NaN for a category without samples."""
    means: npt.NDArray[np.float64] = np.divide(
        sums.total[:, unit], sums.count, out=np.full(len(sums.count), np.nan), where=sums.count > 0
    )
    return means


def _strongest_first(means: dict[str, npt.NDArray[np.float64]], focus: str) -> list[int]:
    """Categories by the focus's mean; those it has no samples of come last, by the largest of the others."""
    others = np.nan_to_num(np.fmax.reduce(list(means.values())), nan=-np.inf)
    ours = means[focus]
    keys = (-others, -np.nan_to_num(ours, nan=-np.inf), np.isnan(ours))
    return [int(category) for category in np.lexsort(keys)]
