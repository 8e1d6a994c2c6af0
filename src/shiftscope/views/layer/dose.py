"""From which strength of a shift on the units of the layers lose their selective response, and which go first."""

from __future__ import annotations

import math

import numpy as np

from shiftscope.counted import counted
from shiftscope.explain.dose.dose import Dose
from shiftscope.explain.dose.ladder import Ladder, ladders_of
from shiftscope.explain.dose.stored_doses import break_along, has_dose, stored_dose
from shiftscope.outcomes.outcomes import outcomes
from shiftscope.percent import whole_percent
from shiftscope.tuning.half_strength import LEVEL, first_to_go
from shiftscope.tuning.where_it_breaks import Break
from shiftscope.views.layer.shown_layer import ShownLayer
from shiftscope.views.page.panels import Cell, Chart, Column, Fold, Message, Table
from shiftscope.views.page.section import section
from shiftscope.views.parts.category_name import category_name
from shiftscope.views.parts.cells import number_cell
from shiftscope.views.parts.lost_in_words import lost_in_words
from shiftscope.views.parts.number_text import exact, number
from shiftscope.views.parts.units.no_width import not_kept

TITLE = "From which strength on units break"
FIRST = 10  # units
FEW = 10  # images of a category, below which intervals say little


@section(ShownLayer, place=55)
def dose(layer: ShownLayer) -> Fold | None:
    """Along the ladder that the focus is a rung of, or else the first: units above half by strength, those that go
    first. Of numbers that are stored; where none are, how to have them."""
    study = layer.selection.study
    ladders = ladders_of(study)
    if not ladders or layer.selection.incomparable:
        return None
    ladder = next((each for each in ladders if layer.selection.focus in each.rungs), ladders[0])
    if not all(has_dose(study, ladder, name) for name in {*study.recorded_layers, layer.selection.layer}):
        told = f"study.dose({ladder.called!r}) computes and stores it."
        return Fold(TITLE, "not computed yet", [Message(f"Dose of {ladder.called}", told)], "dose")
    own = stored_dose(study, ladder, layer.selection.layer)
    found = break_along(study, ladder)
    return Fold(
        TITLE,
        f"along {ladder.called}: {lost_in_words(ladder, own, found, next(iter(study.recorded_layers)))}",
        [_above_half(layer, ladder, found), _first(layer, ladder, own)],
        "dose",
    )


def _above_half(layer: ShownLayer, ladder: Ladder, found: Break) -> Chart:
    """A line a layer, in the order recorded, from pale to dark."""
    study = layer.selection.study
    layers = list(study.recorded_layers)
    doses = {name: stored_dose(study, ladder, name) for name in layers}
    rows = [
        {"layer": name, "strength": exact(strength), "share": exact(share)}
        for name, each in doses.items()
        for strength, share in zip(ladder.strengths, each.above_half(LEVEL), strict=True)
        if math.isfinite(share)
    ]
    spec = {
        "data": {"values": rows},
        "height": 240,
        "mark": {"type": "line", "point": True},
        "encoding": {
            "x": {"field": "strength", "type": "quantitative", "title": ladder.variable},
            "y": {
                "field": "share",
                "type": "quantitative",
                "title": "units above half",
                "scale": {"domain": [0, 1]},
                "axis": {"format": "%"},
            },
            "color": {
                "field": "layer",
                "type": "ordinal",
                "sort": layers,
                "scale": {"domain": layers},
                "legend": {"orient": "top", "title": None},
            },
            "tooltip": [
                {"field": "layer"},
                {"field": "strength", "title": ladder.variable},
                {"field": "share", "title": "units above half", "format": ".0%"},
            ],
        },
    }
    losses = ", ".join(f"{name} {number(each.loss)}" for name, each in doses.items())
    shares = ", ".join(f"{name} {whole_percent(share)}" for name, share in list(found.shares.items())[:3])
    agreed = (
        f" Of resamples that name the layer with half of the last one's loss: {shares}." if shares else ""
    )
    return Chart(
        "Units that still have half of their selective response",
        spec,
        description=f"Share of each layer's units above half along {ladder.called}, a line a layer, from pale to dark.",
        note=f"Of the units with one at the start. Loss, 1 less the median kept area: {losses}.{agreed}",
        chart="dose",
    )


def _first(layer: ShownLayer, ladder: Ladder, own: Dose) -> Table:
    selection, rows = layer.selection, []
    images = outcomes(selection.study[ladder.source].samples, len(selection.study.categories)).by_label
    few = 0
    for unit in first_to_go(own.half, own.area)[:FIRST].tolist():
        if not own.measured[unit]:
            break
        preferred = int(own.preferred[unit])
        number_of_it = int(images[preferred])
        few += number_of_it < FEW
        rows.append(
            [
                Cell(f"unit {unit}", selection.unit(unit), value=unit),
                _half_cell(ladder, own, unit),
                number_cell(float(own.area[unit]), float(own.area_low[unit]), float(own.area_high[unit])),
                Cell(
                    category_name(selection.study, preferred),
                    selection.category(preferred),
                    note=counted(number_of_it, "image") if number_of_it < FEW else "",
                ),
            ]
        )
    lacking = int(np.count_nonzero(~own.measured))
    left = f" {lacking} of {len(own.half)} units prefer no category surely." if lacking else ""
    columns = [
        Column("unit"),
        Column(
            "half strength",
            help=f"The {ladder.variable} at which the response to the preferred category, less that to the others, has "
            "fallen to half.",
            numeric=True,
        ),
        Column(
            "area",
            help="Mean height of that curve: 1 untouched, 0 gone at once, below 0 where others come to move it more.",
            numeric=True,
        ),
        Column("preferred", help="The category with the largest mean response at the start."),
    ]
    return Table(
        "Units that go first",
        columns,
        rows,
        note=f"Along {ladder.called}, from {ladder.source}.{left}{_few_in_words(few)}{_unsure(layer, ladder)}",
        empty="No unit prefers a category surely.",
    )


def _unsure(layer: ShownLayer, ladder: Ladder) -> str:
    told = not_kept(layer.selection, list(ladder.rungs))
    return f" {told}" if told else ""


def _few_in_words(units: int) -> str:
    """Of those shown, which resampling of few images makes too sure."""
    if not units:
        return ""
    prefer, their = ("s", "its interval is") if units == 1 else ("", "their intervals are")
    return f" {units} of these prefer{prefer} a category with fewer than {FEW} images: {their} too narrow."


def _half_cell(ladder: Ladder, own: Dose, unit: int) -> Cell:
    """What is not reached lies beyond the last rung."""
    low, high, last = float(own.half_low[unit]), float(own.half_high[unit]), ladder.strengths[-1]

    def written(value: float) -> str:
        return number(value) if math.isfinite(value) else f"> {last:g}"

    note = "" if math.isnan(low) else f"{written(low)} to {written(high)}"
    half = written(float(own.half[unit]))
    parts = {} if math.isnan(low) else {"low": low, "high": high}
    return Cell(half, note=note, value=float(own.half[unit]), parts=parts)
