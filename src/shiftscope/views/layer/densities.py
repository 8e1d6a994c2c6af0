"""How a score is spread over a layer's units under each shift, as the published figures show it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from shiftscope.scores.estimation.estimate_units import RANKS
from shiftscope.scores.score import unit_scores
from shiftscope.statistics.density import REACH, density, scott_bandwidth
from shiftscope.statistics.quartiles import quartiles
from shiftscope.views.layer.shown_layer import ShownLayer
from shiftscope.views.page.panels import Chart, Columns, Fold, Message, Panel, Rows
from shiftscope.views.page.section import section
from shiftscope.views.page.selection import Selection
from shiftscope.views.parts.charts import by_dataset
from shiftscope.views.parts.number_text import all_exact, number
from shiftscope.views.parts.sets.shown_sets import shown_sets
from shiftscope.views.parts.units.unit_scores import estimated, title, too_few_categories

POINTS = 256  # along each curve


@section(ShownLayer, place=50)
def densities(layer: ShownLayer) -> Fold | None:
    """Kernel densities of the two published scores over the units, a curve for each shifted dataset."""
    if not layer.selection.others() or layer.selection.incomparable:
        return None
    novelty = _densities(layer.selection, "novelty", positive=layer.positive)
    both = Columns("", [novelty, _densities(layer.selection, "spurious")])
    return Fold("How two scores are spread", _medians(layer), [both], "densities")


def _medians(layer: ShownLayer) -> str:
    """Of both scores in the focus."""
    selection, told = layer.selection, []
    for score in ("novelty", "spurious"):
        middle = quartiles(estimated(selection, selection.focus)[score].value)[1]
        told.append(f"{title(score)} {number(float(middle))}")
    return f"medians in {selection.focus}: {' and '.join(told)}"


def _densities(selection: Selection, score: str, *, positive: bool = False) -> Panel:
    """Of one score; where `positive` over the units whose score is above zero, as the paper's text has it (its
    notebooks take all)."""
    curves, peaks, missing = [], [], []
    shifts = [name for name in shown_sets(selection) if name != selection.baseline]
    for name in shifts:
        values = estimated(selection, name)[score].value
        values = values[values > 0] if positive else values[~np.isnan(values)]
        if not scott_bandwidth(values) > 0:
            missing.append(name)
            continue
        curves.append((name, values.tobytes()))
        peaks.append(f"{name} {_curve(values.tobytes()).peak}")
    heading = f"Density of {title(score)}"
    if not curves:
        why = [too_few_categories(selection, name) for name in shifts]
        few = f" {why[0]}" if unit_scores[score].reads == RANKS and all(why) else ""
        return Message(
            heading,
            f"No shifted dataset has units whose {title(score)} differs, so there is no density.{few}",
        )
    low, high = unit_scores[score].within
    bounded = np.isfinite(low) and np.isfinite(high)
    spec = {
        "data": {"values": _rows(tuple(curves))},
        "height": 220,
        "mark": {"type": "line", "clip": True},
        "encoding": {
            "x": {
                "field": "x",
                "type": "quantitative",
                "title": f"{title(score)} ({unit_scores[score].measured_in})",
                **({"scale": {"domain": [low, high]}} if bounded else {}),
            },
            "y": {"field": "density", "type": "quantitative", "title": "density"},
            "color": by_dataset(selection, shifts),
        },
    }
    chosen = "units with a positive score" if positive else "all units that have the score"
    lacking = f" Without spread, so without a curve: {', '.join(missing)}." if missing else ""
    return Chart(
        heading,
        spec,
        description=f"Kernel density of {title(score)} over the units of {selection.layer}, a curve for each shift.",
        note=f"Gaussian kernels of Scott's bandwidth over {chosen}. Peaks: {'; '.join(peaks)}.{lacking}",
        chart="densities",
    )


@dataclass(frozen=True)
class _Curve:
    x: Sequence[float]
    heights: Sequence[float]
    peak: str  # in words


@lru_cache(maxsize=64)  # the same for every page of a layer
def _curve(values: bytes) -> _Curve:
    numbers = np.frombuffer(values)
    width = scott_bandwidth(numbers)
    at = np.linspace(numbers.min() - REACH * width, numbers.max() + REACH * width, POINTS)
    heights = density(numbers, at)
    highest = int(heights.argmax())
    peak = f"{number(float(at[highest]))} (height {number(float(heights[highest]))})"
    return _Curve(all_exact(at), all_exact(heights), peak)


@lru_cache(maxsize=16)
def _rows(curves: tuple[tuple[str, bytes], ...]) -> Rows:
    """Of the curves of several datasets."""
    drawn = [(name, _curve(values)) for name, values in curves]
    return Rows(
        {
            "dataset": [name for name, curve in drawn for _ in curve.x],
            "x": [x for _, curve in drawn for x in curve.x],
            "density": [height for _, curve in drawn for height in curve.heights],
        }
    )
