"""What is lost with each sample's strongest feature, and what with its strongest unit, layer by layer."""

from __future__ import annotations

import math
import shlex
from collections.abc import Sequence
from typing import TYPE_CHECKING

from shiftscope.percent import percent
from shiftscope.views.layer.shown_layer import ShownLayer
from shiftscope.views.page.panels import Cell, Change, Column, Fold, Message, Panel, Table
from shiftscope.views.page.section import section
from shiftscope.views.page.selection import Selection
from shiftscope.views.parts.axis import Axis
from shiftscope.views.parts.cells import number_cell
from shiftscope.views.parts.computation import computation
from shiftscope.views.parts.number_text import number, times

if TYPE_CHECKING:
    from shiftscope.explain.local_against_distributed.removals import Lost

TITLE = "The strongest feature against the strongest unit"


@section(ShownLayer, place=28)
def removals(layer: ShownLayer) -> Fold | None:
    """Of every derived layer of which it is stored, in baseline and focus; how to have it where none is."""
    selection = layer.selection
    study, name = selection.study, selection.layer
    if name not in study.derived:
        return None
    found = _found(selection)
    if not any(each == name for each, _, _ in found):
        return Fold(TITLE, "not computed yet", [_offer(layer), *_tables(selection, found)], "removals")
    return Fold(TITLE, layer.gate.before(_says(selection, found)), _tables(selection, found), "removals")


Found = Sequence[tuple[str, str, "Sequence[Lost]"]]  # layer, dataset, what each row costs


def _found(selection: Selection) -> Found:
    from shiftscope.explain.local_against_distributed.stored_removals import read_removals

    study = selection.study
    depth = list(study.recorded_layers)
    names = sorted(
        (name for name in study.derived if name in study.layers),
        key=lambda name: depth.index(study.derived[name].behind),
    )
    kept = (
        (name, dataset, read_removals(study, name, dataset)) for name in names for dataset in selection.pair
    )
    return [(name, dataset, each.estimates()) for name, dataset, each in kept if each]


def _offer(layer: ShownLayer) -> Panel:
    selection = layer.selection
    study, name = selection.study, selection.layer
    title = f"What is lost with the strongest feature of {name} is not computed"
    offer = computation(
        study,
        title,
        "The model runs without each sample's most active feature, and without its most active unit.",
        kind="local_against_distributed",
        parameters={"layer": name},
        page=layer.at(),
    )
    command = (
        f"shiftscope local-against-distributed {shlex.quote(str(study.path))} --layer {shlex.quote(name)}"
    )
    return offer or Message(title, f"Compute it with: {command} --model …")


def _says(selection: Selection, found: Found) -> str:
    """Of the layer shown, in the baseline, or else in the first set there is."""
    from shiftscope.explain.local_against_distributed.removals import FEATURE, UNIT

    mine = [(dataset, lost) for name, dataset, lost in found if name == selection.layer]
    dataset, lost = next((each for each in mine if each[0] == selection.baseline), mine[0])
    by_row = {each.row: each for each in lost}
    feature, unit = by_row[FEATURE], by_row[UNIT]
    ratio = "" if math.isnan(feature.ratio.value) else f" ({times(feature.ratio.value)})"
    return (
        f"in {dataset} the predicted logit falls by {number(feature.logit.value)} without the feature, by "
        f"{number(unit.logit.value)} without the unit{ratio}"
    )


def _tables(selection: Selection, found: Found) -> list[Table]:
    from shiftscope.explain.fit_under_shift.states import states_of
    from shiftscope.explain.local_against_distributed.removals import FEATURE, RANDOM, UNIT

    if not found:
        return []
    ends = (end for _, _, lost in found for each in lost for end in (each.logit.low, each.logit.high))
    axis = Axis.holding(ends)
    states = {
        (name, dataset): states_of(selection.study, name, [dataset])[dataset] for name, dataset, _ in found
    }
    rows = []
    for name, dataset, lost in found:
        by_row = {each.row: each for each in lost}
        feature, unit, random = by_row[FEATURE], by_row[UNIT], by_row[RANDOM]
        change = Change(
            axis.place(unit.logit.value),
            axis.place(feature.logit.value),
            axis.place(feature.logit.low),
            axis.place(feature.logit.high),
            zero=axis.place(0),
            chance=axis.place(random.logit.value),
            focus=dataset == selection.focus,
        )
        told = f"{number(unit.logit.value)} → {number(feature.logit.value)}"
        rows.append(
            [
                Cell(name, selection.layer_page(name)),
                Cell(dataset, selection.dataset(dataset)),
                Cell(states[name, dataset]),
                Cell(told, change=change, value=feature.logit.value),
                number_cell(feature.ratio.value, feature.ratio.low, feature.ratio.high),
                *(_flips(each) for each in (feature, unit, random)),
            ]
        )
    flips = "Samples that are then predicted otherwise, without {}."
    columns = [
        Column("layer"),
        Column("dataset"),
        Column("state", help="How the layer's dictionary reads the dataset."),
        Column(
            "predicted logit falls by",
            axis=axis.ticks("{:g}".format),
            help="Ring: without the sample's most active unit; dot: without its most active feature, with the 95 % "
            "interval of the mean. Dotted: without a random direction of the feature's size.",
        ),
        Column("ratio", help="Of the two falls, feature by unit, with its 95 % interval.", numeric=True),
        *(
            Column(f"flips, {short}", help=flips.format(what), numeric=True)
            for short, what in (
                ("feature", "the feature"),
                ("unit", "the unit"),
                ("random", "a random direction of the feature's size"),
            )
        ),
    ]
    note = f"Of {selection.study.reference} the half that no dictionary was fitted on."
    return [Table("By layer, in the order of the model", columns, rows, note, chart="removals")]


def _flips(lost: Lost) -> Cell:
    return Cell(percent(lost.flips.value), value=lost.flips.value)
