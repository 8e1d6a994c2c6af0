"""Where in its strongest images a unit looks: maps that the study keeps, in baseline and focus."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from shiftscope.explain.attribution.attributions import GAP, Attributions
from shiftscope.explain.attribution.numbers.map_means import MapMeans, map_means
from shiftscope.statistics.compared import LEAST_A_SIDE
from shiftscope.views.page.panels import (
    Cell,
    Code,
    Column,
    Field,
    Fold,
    ImageStrip,
    Message,
    Panel,
    Picture,
    Span,
    StripGroup,
    StripGroups,
    Table,
    Words,
)
from shiftscope.views.page.section import section
from shiftscope.views.parts.cells import number_cell, share_cell
from shiftscope.views.parts.computation import computation
from shiftscope.views.parts.in_a_row import in_a_row
from shiftscope.views.parts.maps.map_form import (
    USUAL,
    low_pass_field,
    method_field,
    price_in_words,
    sanity_field,
)
from shiftscope.views.parts.maps.maps import BELOW, end_of_scale, filtered_in_words, map_pictures
from shiftscope.views.parts.number_text import count, number
from shiftscope.views.parts.pictures.pictures import pictures, role
from shiftscope.views.unit.maps.chosen_maps import chosen_maps, method_of
from shiftscope.views.unit.maps.faithful_maps import NO_MORE, faithful_table, no_better_than_edges
from shiftscope.views.unit.maps.scale_shares import Scales, scales_of
from shiftscope.views.unit.maps.verdicts import unreadable, verdicts
from shiftscope.views.unit.maps.wavelets import SCALES, image_address
from shiftscope.views.unit.maps.where_in_words import RULE, moved_in_words, where_in_words
from shiftscope.views.unit.shown_unit import ShownUnit

TITLE = "Where it looks"
SHOWN = 6  # images of each set
IMAGES = 12  # of each set, as proposed
EVERY_UNIT = 400  # samples of each set for the numbers of every unit, of which some keep no prediction


@section(ShownUnit, place=38)
def where(unit: ShownUnit) -> Fold | None:
    """Maps and their numbers; what computes them where there are none."""
    shown = chosen_maps(unit)
    scales = scales_of(unit, shown)
    offer = _offer(unit, {each.question.dataset for each in shown})
    panels: list[Panel] = []
    if verdict := verdicts(shown):
        panels.append(verdict)
    if drawn := [each for each in shown if each.of_pictures]:
        panels.append(_pictures(unit, drawn))
    elif shown:
        sizes = "x".join(map(str, shown[0].maps.shape[1:]))
        panels.append(Message("", f"Maps of inputs of {sizes} are no pictures; their numbers are below."))
    means = [(each, map_means(each)) for each in shown]
    if means:
        panels.append(numbers_table(unit, means))
    if faithful := faithful_table(shown):
        panels.append(faithful)
    if offer:
        panels.append(offer)
    if shown and (line := _every_unit(unit)):
        panels.append(line)
    says = _beside_edges(_says(unit, means, scales), shown)
    return Fold(TITLE, says, panels, "where") if panels else None


def _says(unit: ShownUnit, means: Sequence[tuple[Attributions, MapMeans]], scales: Scales | None) -> Words:
    """What the maps say of the shift; of the images shown alone where the study has no numbers of every unit's."""
    if sets := unreadable([each for each, _ in means]):
        said = f"do not read the maps of {in_a_row(sets)}: they do not depend on what the model learned"
        return [Span(said, "bad")]
    moved = unit.moved_maps
    scale = scales.moved if scales else None
    if moved:
        said = moved_in_words(f"unit {unit.index}", unit.selection.focus, moved, scale)
        return [Span(said, help=RULE)]
    if not means:
        return "no maps are kept yet"
    raw = [(each.question.dataset, found.area) for each, found in means if each.question.low_pass is None]
    return where_in_words(raw, scale)


def _beside_edges(says: Words, shown: Sequence[Attributions]) -> Words:
    """With a warning where the maps are no more faithful than edges, unless they are not to be read at all."""
    sets = no_better_than_edges(shown)
    if not sets or unreadable(shown):
        return says
    told = f"; in {in_a_row(sets)} its maps are no more faithful than the picture's edges"
    spans = [says] if isinstance(says, str) else list(says)
    return [*spans, Span(told, help=f"By F or µ-Fidelity: {NO_MORE}.")]


def _pictures(unit: ShownUnit, shown: Sequence[Attributions]) -> StripGroups:
    selection = unit.selection
    ends = {
        cutoff: end_of_scale([each for each in shown if each.question.low_pass == cutoff])
        for cutoff in dict.fromkeys(each.question.low_pass for each in shown)
    }
    groups = []
    for name in unit.pair:
        own = [each for each in shown if each.question.dataset == name]
        if not own:
            groups.append(
                StripGroup([Span(name, "strong")], [ImageStrip("", [], empty="No maps are kept here.")])
            )
            continue
        positions = own[0].positions[:SHOWN]
        images = pictures(selection, unit.study[name], positions)
        strips = [ImageStrip("images", images, role(selection, name))]
        for each in own:
            rows = [int(row) for row in np.flatnonzero(np.isin(each.positions, positions))]
            rows.sort(key=lambda row: list(positions).index(each.positions[row]))
            end = ends[each.question.low_pass]
            drawn = map_pictures(selection, each, rows, end)
            named = f"{filtered_in_words(each)}, full colour at {number(end)}"
            strips.append(ImageStrip(named, _leading(unit, each, rows, drawn), role(selection, name)))
        groups.append(StripGroup([Span(name, "strong")], strips))
    note = f"one scale in both sets: empty is 0, and {BELOW:g} % of the places lie below the full colour"
    if any(each.coefficients is not None for each in shown):
        note = f"{note}; a map leads to its scales"
    return StripGroups("Maps of its strongest images", groups, note, captioned=True)


def _leading(
    unit: ShownUnit, found: Attributions, rows: Sequence[int], drawn: Sequence[Picture]
) -> list[Picture]:
    """Maps that lead to their scales, where their coefficients are kept."""
    return [
        replace(picture, page=f"{unit.at(image=asked)}#{SCALES}")
        if (asked := image_address(found, row))
        else picture
        for row, picture in zip(rows, drawn, strict=True)
    ]


def numbers_table(unit: ShownUnit, means: Sequence[tuple[Attributions, MapMeans]]) -> Table:
    """A row for each set, and for what was filtered."""
    gaps = any(each.gap is not None for each, _ in means)
    columns = [
        Column("set"),
        Column("maps"),
        Column(
            "images", "Maps that are zero everywhere or not finite are left out, and counted.", numeric=True
        ),
        Column(
            "area",
            "Share of the picture that an equally strong map without gradation would cover.",
            numeric=True,
        ),
        Column("spread", "Distance from the map's centre, in shares of height and width.", numeric=True),
        Column("fine detail", "Share of the map in high spatial frequencies.", numeric=True),
    ]
    if gaps:
        help = (
            "How far the map's sum is from what the value gained, as a share of it: mean, and on how many images "
            f"above {100 * GAP:.0f} %."
        )
        columns.append(Column("gap", help, numeric=True))
    rows = []
    for each, found in means:
        row = [
            Cell(each.question.dataset, unit.selection.dataset(each.question.dataset)),
            Cell(filtered_in_words(each)),
            Cell(
                count(found.maps),
                note=f"{count(found.empty)} left out" if found.empty else "",
                value=found.maps,
            ),
            share_cell(found.area),
            number_cell(found.spread),
            share_cell(found.high_frequency_share),
        ]
        if gaps:
            gap = share_cell(found.gap)
            wide = f"{count(found.wide)} above {100 * GAP:.0f} %" if found.wide else ""
            row.append(Cell(gap.text, note=wide, value=gap.value))
        rows.append(row)
    note = "Means over the maps of these images."
    fitted = [each for each, _ in means if each.fitted]
    if fitted and (of_last := fitted[-1].fitted):  # that of the focus tells the held-out half as well
        said = of_last.in_words(fitted[-1].question.dataset).replace("-0", "−0")
        note = f"{note} {said[0].upper()}{said[1:]}."
    return Table("Numbers of the maps", columns, rows, note=note)


def _offer(unit: ShownUnit, there: set[str]) -> Panel | None:
    """What computes the maps of the sets that lack them, with a model at hand further ones too; none where the samples
    are no pictures."""
    missing = [name for name in unit.pair if name not in there]
    if not any(unit.study[name].samples.pictured.any() for name in missing or unit.pair):
        return None
    selection, method = unit.selection, method_of(unit) or USUAL
    offer = computation(
        unit.study,
        "Compute where it looks" if missing else "Compute further maps",
        f"Maps of its strongest images in {' and '.join(unit.pair)}. {price_in_words(len(unit.pair) * IMAGES)}",
        kind="attribute",
        parameters={
            "layer": unit.layer,
            "unit": unit.index,
            "baseline": selection.baseline,
            "focus": selection.focus,
        },
        page=unit.at(),
        fields=[
            method_field(method),
            Field("samples", "Images", str(IMAGES), "Of each set, the strongest."),
            low_pass_field(),
            sanity_field(),
            Field("units", "Further units", "", f"Of {unit.layer}, their numbers."),
        ],
    )
    if offer or not missing:
        return offer
    lines = "\n".join(command(unit, method, name) for name in missing)
    return Code("These commands compute and keep them", lines)


def _every_unit(unit: ShownUnit) -> Code | None:
    """What computes the numbers of every unit's maps, which tell whether this one looks elsewhere in the focus; none
    where they are there and of enough samples."""
    moved = unit.moved_maps
    if len(unit.pair) == 1 or (moved and moved.samples >= LEAST_A_SIDE):
        return None
    words = ["shiftscope", "attribute", str(unit.study.path), "--layer", unit.layer, "--units", "all"]
    line = shlex.join([*words, "--keep", "shares", "--samples", str(EVERY_UNIT)])
    why = (
        f"{count(moved.samples)} samples a side are too few" if moved else "Numbers of every unit are missing"
    )
    return Code(
        f"{why}; this command computes them, to say where units look elsewhere", f"{line} --model ..."
    )


def command(unit: ShownUnit, method: str, dataset: str) -> str:
    """The line for a terminal; which model, only the reader knows."""
    words = [
        "shiftscope",
        "attribute",
        str(unit.study.path),
        "--layer",
        unit.layer,
        "--unit",
        str(unit.index),
    ]
    return f"{shlex.join([*words, '--method', method, '--dataset', dataset])} --model ..."
