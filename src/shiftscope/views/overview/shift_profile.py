"""Where in the network a shift begins: the median of scores, layer by layer."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from shiftscope.scores.score import UnitScore, unit_scores
from shiftscope.statistics.quartiles import quartiles
from shiftscope.views.overview.set_rows import worst_rows_first
from shiftscope.views.overview.shown_overview import ShownOverview
from shiftscope.views.page.panels import Chart, Columns, Fold, Message, Panel
from shiftscope.views.page.section import section
from shiftscope.views.parts.charts import by_dataset
from shiftscope.views.parts.in_a_row import in_a_row
from shiftscope.views.parts.number_text import count, exact
from shiftscope.views.parts.units.unit_scores import estimated, title

TITLE = "Where in the network it begins"
CHANGED, ALIKE = 0.5, 0.25  # medians over a layer's units
HEADS = {"spurious": "What units answer to", "wasserstein": "How strongly units respond"}
WHY = (
    "A set that swaps what belongs to which category leaves the strength of responses as it was, and one that is "
    "darker or noisier changes the strength of all of them. The first chart compares the order of the categories that "
    "each unit answers to, so it follows what happens to the answers; the second compares all its responses, whatever "
    "they are to."
)


@section(ShownOverview, place=40, units=True)
def shift_profile(overview: ShownOverview) -> Fold | None:
    """What the harm asks for: change per category, and change of strength beside it; or the score asked for."""
    if not overview.shifts:
        return None
    kept = all(recording.keeps_responses for recording in overview.selection.study.values())
    usual = ("spurious", "wasserstein") if kept else ("spurious", "novelty")
    shown = [overview.score] if overview.score else [unit_scores[name] for name in usual]
    panels: list[Panel] = [Columns("", [_profile(overview, score) for score in shown])]
    if not overview.score:
        panels.append(Message("Why the two differ", WHY))
    if len(overview.beside) < len(overview.shifts):
        panels.append(Message("", f"Drawn are {in_a_row(overview.beside, len(overview.beside))}."))
    return Fold(TITLE, _begins(overview, kept), panels, "where")


def _begins(overview: ShownOverview, kept: bool) -> str:
    """Where the units of the worst set begin to answer to other categories, or else with another strength, or else
    where most of them do."""
    worst = worst_rows_first(overview.rows)[0].costliest.name
    layers = list(overview.selection.study.recorded_layers)

    def median(layer: str, score: str) -> float:
        return quartiles(estimated(overview.selection, worst, layer)[score].value)[1]

    for layer in layers:
        if median(layer, "spurious") >= CHANGED:
            already = "already " if layer == layers[0] else ""
            strength = median(layer, "wasserstein") if kept else math.nan
            as_before = ", as strongly as before" if strength < ALIKE else ""
            return f"{already}in {layer}: units of {worst} answer to other categories{as_before}"
    untold = all(math.isnan(median(layer, "spurious")) for layer in layers)
    for layer in layers if kept else ():
        if median(layer, "wasserstein") >= CHANGED:
            preferred = "; what they prefer cannot be told" if untold else " more than what they prefer"
            return f"{layer}: {worst} changes how strongly units respond{preferred}"
    if untold:
        return "cannot be told: what units answer to takes three categories or more"
    stronger = {layer: _differing(overview, worst, layer) for layer in layers} if kept else {}
    return in_part(worst, stronger)


def in_part(dataset: str, stronger: Mapping[str, tuple[int, int]]) -> str:
    """The layer of which the largest share responds with another strength, where no layer does so as a whole.

    Parameters
    ----------
    stronger
        By layer, units that surely respond more or less strongly, of how many.
    """
    most = max(stronger, key=lambda layer: stronger[layer][0] / stronger[layer][1], default="")
    if not most or not stronger[most][0]:
        return f"in no layer under {dataset}"
    units, of = (count(each) for each in stronger[most])
    return f"no layer as a whole; most in {most}: {units} of {of} units respond more or less strongly under {dataset}"


def _differing(overview: ShownOverview, dataset: str, layer: str) -> tuple[int, int]:
    found = {way.score: units for way, units in overview.differing(dataset, layer)}
    return found.get("shift_auroc", 0), overview.selection.study.layer(layer).units


def _profile(overview: ShownOverview, score: UnitScore) -> Panel:
    """A line for each shifted dataset through the median over each layer's units, with the middle half around it."""
    layers = list(overview.selection.study.recorded_layers)  # derived ones have no depth of their own
    rows = [
        row for name in overview.beside for layer in layers if (row := _row(overview, score, name, layer))
    ]
    named = title(score.name)
    if not rows:
        return Message(
            named, f"No unit of any layer has {named} under a shift; it may take single responses, or labels."
        )
    shared = {"x": _along(layers), "color": by_dataset(overview.selection, overview.beside)}
    unchanged = {"mark": {"type": "rule", "strokeDash": [4, 4]}, "encoding": {"y": {"datum": score.null}}}
    drawn = [_middle_half(shared, named), _medians(shared, named)]
    return Chart(
        HEADS.get(score.name, named),
        {
            "data": {"values": rows},
            "height": 260,
            "layer": [*([unchanged] if score.null is not None else []), *drawn],
        },
        description=f"Median {named} over the units of each layer, a line for each shifted dataset.",
        note=f"Median {named} over each layer's units, in {score.measured_in}; the band holds the middle half of them. "
        f"{score.help}",
        chart="shift_profile",
    )


def _row(overview: ShownOverview, score: UnitScore, dataset: str, layer: str) -> dict[str, Any] | None:
    """None where no unit of the layer has the score."""
    selection = overview.selection
    value = estimated(selection, dataset, layer)[score.name].value
    low, middle, high = map(exact, quartiles(value))
    if math.isnan(middle):
        return None
    page = selection.layer_page(layer, focus=dataset, sort=score.name)
    return {"dataset": dataset, "layer": layer, "median": middle, "low": low, "high": high, "page": page}


def _along(layers: Sequence[str]) -> dict[str, Any]:
    return {
        "field": "layer",
        "type": "ordinal",
        "sort": layers,
        "title": "layer, in the order recorded",
        "axis": {"labelAngle": 0, "labelLimit": 120, "labelOverlap": True},
        "scale": {"type": "point", "padding": 0.3},
    }


def _middle_half(shared: Mapping[str, Any], named: str) -> dict[str, Any]:
    ends = {"y": {"field": "low", "type": "quantitative", "title": named}, "y2": {"field": "high"}}
    return {"mark": {"type": "area", "opacity": 0.12}, "encoding": {**shared, **ends}}


def _medians(shared: Mapping[str, Any], named: str) -> dict[str, Any]:
    says = {"median": f"median {named}", "low": "a quarter is below", "high": "a quarter is above"}
    numbers = [{"field": field, "title": words, "format": ".3g"} for field, words in says.items()]
    return {
        "mark": {"type": "line", "point": {"size": 60, "filled": True}},
        "encoding": {
            **shared,
            "y": {"field": "median", "type": "quantitative", "title": named},
            "tooltip": [{"field": "dataset"}, {"field": "layer"}, *numbers],
        },
    }
