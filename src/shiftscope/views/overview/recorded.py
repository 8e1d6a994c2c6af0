"""What was recorded: the datasets, the layers, the model."""

from __future__ import annotations

import numpy as np

from shiftscope.counted import counted
from shiftscope.outcomes.outcomes import having
from shiftscope.percent import NOTHING
from shiftscope.scores.score import unit_scores
from shiftscope.statistics.newcombe import newcombe
from shiftscope.statistics.quartiles import quartiles
from shiftscope.statistics.wilson import wilson
from shiftscope.views.overview.shown_overview import ShownOverview
from shiftscope.views.page.panels import Cell, Column, Fold, Message, Table
from shiftscope.views.page.section import section
from shiftscope.views.page.selection import Selection
from shiftscope.views.parts.accuracy import answers
from shiftscope.views.parts.cells import points_cell, share_cell
from shiftscope.views.parts.number_text import count, number
from shiftscope.views.parts.pictures.pictures import pictures
from shiftscope.views.parts.units.differing import DIFFERENCES
from shiftscope.views.parts.units.unit_scores import title

MEDIANS = ("novelty", "spurious")  # scores of a dataset's row
EXAMPLES = 5  # images of each dataset
PICTURED = 24  # datasets at most whose rows have images


@section(ShownOverview, place=80)
def recorded(overview: ShownOverview) -> Fold:
    """Every dataset in a table, every layer in another, and the model."""
    study = overview.selection.study
    sets, layers = counted(len(study), "set", count), counted(len(study.layers), "layer", count)
    return Fold(
        "What was recorded",
        f"{sets}, {layers}, {counted(sum(len(study[name].samples) for name in study), 'sample', count)}",
        [_datasets(overview), _layers(overview), Message("Model", _model(overview.selection))],
        "recorded",
    )


def _model(selection: Selection) -> str:
    model = selection.study.manifest.model
    # Other tools do not tell how many.
    size = f", {count(model['parameters'])} parameters" if "parameters" in model else ""
    return f"{str(model['class']).removeprefix('__main__.')}{size}."


def _datasets(overview: ShownOverview) -> Table:
    selection = overview.selection
    columns = [
        Column("dataset"),
        Column("accuracy", "Of the labelled samples, with the 95 % interval of Wilson.", numeric=True),
        Column(
            "change",
            f"Accuracy minus that in {selection.baseline}, with the 95 % interval of Newcombe.",
            numeric=True,
        ),
        Column("samples", "Recorded.", numeric=True),
        Column("wrong", "Labelled samples classified as another category.", numeric=True),
        *(
            Column(
                f"units that {way.verb}",
                f"Units of {selection.layer} with {way.criterion}. {way.help}",
                numeric=True,
            )
            for way in DIFFERENCES
        ),
        *(
            Column(
                f"median {title(score)}",
                f"Median over the units of {selection.layer}. {unit_scores[score].help}",
                numeric=True,
                key=f"median_{score}",
            )
            for score in MEDIANS
        ),
    ]
    if len(selection.study) <= PICTURED:
        columns.append(
            Column("images", "The first image of each of the first categories, or the first images.")
        )
    lacking = sum(not overview.scored(name) for name in selection.others())
    note = (
        f"{counted(lacking, 'set', count)} without scores so far: the page of the layer computes them for its focus, "
        f"shiftscope score {selection.study.path} for all."
        if lacking
        else ""
    )
    return Table("Datasets", columns, [_row(overview, name) for name in selection.ordered()], note=note)


def _row(overview: ShownOverview, name: str) -> list[Cell]:
    selection = overview.selection
    samples, usual = selection.study[name].samples, overview.usual
    right, labelled = answers(selection, name)
    unlabelled = len(samples) - labelled - samples.skipped
    accuracy = right / labelled if labelled else np.nan
    low, high = map(float, wilson(right, labelled))
    change, least, most = map(float, newcombe(right, labelled, *usual))
    without = ((unlabelled, "unlabelled"), (samples.skipped, "skipped"))
    shifted = name != selection.baseline
    scored = shifted and overview.scored(name)
    lacking = [Cell(NOTHING, value=np.nan) if shifted else Cell()]
    return [
        Cell(name, selection.dataset(name)),
        share_cell(accuracy, low, high, page=selection.dataset(name)),
        points_cell(change, least, most) if shifted else Cell(),
        Cell(
            count(len(samples)),
            note=", ".join(f"{count(n)} {what}" for n, what in without if n),
            value=len(samples),
            parts={what: n for n, what in without if n},
        ),
        Cell(count(labelled - right), selection.dataset(name, show="wrong"), value=labelled - right),
        *(_differing(overview, name) if scored else lacking * len(DIFFERENCES)),
        *([_median(overview, name, score) for score in MEDIANS] if scored else lacking * len(MEDIANS)),
        *([_images(selection, name)] if len(selection.study) <= PICTURED else []),
    ]


def _differing(overview: ShownOverview, name: str) -> list[Cell]:
    selection = overview.selection
    units = count(selection.study.layer(selection.layer).units)
    told = {way.verb: (way, found) for way, found in overview.differing(name)}
    cells = []
    for each in DIFFERENCES:
        if each.verb not in told:  # no single responses, no test
            cells.append(Cell(NOTHING, value=np.nan))
            continue
        way, found = told[each.verb]
        page = selection.layer_page(focus=name, where=way.where, sort=way.score)
        cells.append(Cell(f"{count(found)} of {units}", page, value=found))
    return cells


def _median(overview: ShownOverview, name: str, score: str) -> Cell:
    estimate = overview.estimates(name)[score]
    values, notes, parts = estimate.value, [], {}
    if estimate.floor is not None and not np.isnan(estimate.floor).all():
        flat = int(estimate.flat.sum())
        floor = quartiles(estimate.floor)[1]
        notes.append(f"floor {number(floor)}{f', {count(flat)} flat' if flat else ''}")
        parts = {"floor": floor, "flat": flat}
    if undefined := int(np.isnan(values).sum()):
        notes.append(f"{undefined} of {len(values)} undefined")
        parts["undefined"] = undefined
    middle = quartiles(values)[1]
    page = overview.selection.layer_page(focus=name, sort=score)
    return Cell(number(middle), page, note="; ".join(notes), value=middle, parts=parts)


def _images(selection: Selection, name: str) -> Cell:
    return Cell(pictures=tuple(pictures(selection, selection.study[name], _examples(selection, name))))


def _examples(selection: Selection, name: str) -> list[int]:
    """Positions: the first of each of the first categories, so that sets of the same objects show the same ones."""
    samples = selection.study[name].samples
    size = len(selection.study.categories)
    first = [
        int(found.min()) for c in range(min(size, 4 * EXAMPLES)) if len(found := having(samples, label=c))
    ]
    return first[:EXAMPLES] or list(range(min(EXAMPLES, len(samples))))


def _layers(overview: ShownOverview) -> Table:
    selection = overview.selection
    score = overview.score or unit_scores["spurious"]
    shifts = overview.beside[:EXAMPLES]
    rows = []
    for name, layer in selection.study.layers.items():
        cells = [
            Cell(name, selection.layer_page(name)),
            Cell(layer.module_type),
            Cell(layer.read_as),
            Cell(count(layer.units), value=layer.units),
        ]
        for dataset in shifts:
            _, middle, _ = quartiles(overview.estimates(dataset, name)[score.name].value)
            page = selection.layer_page(name, focus=dataset, sort=score.name)
            cells.append(Cell(number(middle), page, value=middle))
        rows.append(cells)
    named = title(score.name)
    columns = [
        Column("layer"),
        Column("module"),
        Column("unit kind", "What one unit is, and how a map or token sequence became one number."),
        Column("units", numeric=True),
        *(
            Column(d, f"Median {named} of the layer's units under {d}. {score.help}", numeric=True)
            for d in shifts
        ),
    ]
    return Table(f"Layers, with the median {named} of their units" if shifts else "Layers", columns, rows)
