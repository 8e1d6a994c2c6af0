"""Two categories taken for one another: both directed sets, and the units that respond to them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from shiftscope.arrays import UnitArray
from shiftscope.errors import BadRequest
from shiftscope.scores.outcomes import having, outcomes
from shiftscope.scores.shares import over_reference_maximum
from shiftscope.store.study_files import StudyFiles
from shiftscope.summaries.maxima import Maxima
from shiftscope.views.cells import share_cell
from shiftscope.views.look import Look
from shiftscope.views.numbers import count
from shiftscope.views.panels import Cell, Column, Columns, ImageStrip, Link, Page, Panel, Table
from shiftscope.views.pictures import category_name, pictures, role, shown_of
from shiftscope.views.unit_scores import responding
from shiftscope.views.view import view

IMAGES = 24
UNITS = 12
READ_AT_MOST = 500  # samples of one set whose responses are averaged for a page


@view("confusions/{actual}/{predicted}")
def confusion(
    study: StudyFiles, actual: int, predicted: int, *, layer: str | None = None, reference: str | None = None
) -> Page:
    """Samples of one category predicted as another, both ways, in each dataset."""
    look = Look.at(study, layer, reference)
    study.check_category(actual)
    study.check_category(predicted)
    if actual == predicted:
        raise BadRequest("a confusion is between two different categories.")
    a, b = category_name(study, actual), category_name(study, predicted)
    panels: list[Panel] = [_counts(study, look, actual, predicted)]
    for label, prediction in ((actual, predicted), (predicted, actual)):
        title = f"{category_name(study, label)} predicted as {category_name(study, prediction)}"
        panels.append(
            Columns(title, [_images(study, look, name, label, prediction) for name in look.ordered(study)])
        )
        panels += _units(study, look, label, prediction)
    return Page(
        title=f"{a} → {b}",
        subtitle=f"Samples labelled {a} and predicted {b}, and the other way round.",
        trail=[
            Link(study.name, look.overview()),
            Link(a, look.category(actual)),
            Link(b, look.category(predicted)),
        ],
        panels=panels,
        next=Link(f"{b} → {a}", look.confusion(predicted, actual)),
        choices=look.choices(study, f"confusions/{actual}/{predicted}"),
    )


def _counts(study: StudyFiles, look: Look, actual: int, predicted: int) -> Table:
    rows = []
    for name in look.ordered(study):
        confusions = outcomes(study[name].samples, len(study.categories)).confusions
        cells = [Cell(name, look.dataset(name))]
        for label, prediction in ((actual, predicted), (predicted, actual)):
            total, wrong = int(confusions[label].sum()), int(confusions[label, prediction])
            cells.append(Cell(count(wrong), look.dataset(name, label=label, prediction=prediction)))
            cells.append(share_cell(wrong / total if total else float("nan")))
        rows.append(cells)
    columns = [Column("dataset")]
    for label, prediction in ((actual, predicted), (predicted, actual)):
        arrow = f"{category_name(study, label)} → {category_name(study, prediction)}"
        columns.append(Column(arrow, "Samples with this label and this prediction.", numeric=True))
        columns.append(
            Column("share", f"Of the samples labelled {category_name(study, label)}.", numeric=True)
        )
    return Table("How often", columns, rows)


def _images(study: StudyFiles, look: Look, name: str, label: int, prediction: int) -> ImageStrip:
    positions = having(study[name].samples, label=label, prediction=prediction)
    return ImageStrip(
        name,
        pictures(study, look, study[name], positions[:IMAGES]),
        role(look, name),
        note=shown_of(len(positions), IMAGES),
        empty="No such sample.",
    )


def _units(study: StudyFiles, look: Look, label: int, prediction: int) -> list[Panel]:
    """Strongest units of each dataset's confused samples, against right ones of both categories in the reference."""
    if not study[look.reference].keeps_responses:
        return []
    a, b = category_name(study, label), category_name(study, prediction)
    told_right = [_mean(study, look, look.reference, c, c) for c in (label, prediction)]
    tables: list[Panel] = []
    for name in look.ordered(study):
        confused = _mean(study, look, name, label, prediction) if study[name].keeps_responses else None
        if confused is None or not confused.samples:
            continue
        rows = [
            [
                Cell(f"unit {unit}", look.unit(unit)),
                *(share_cell(float(mean.shares[unit])) for mean in (confused, *told_right)),
            ]
            for unit in responding(confused.shares, UNITS)
        ]
        measured = "Mean response over the unit's largest response in the reference, on samples of"
        right = f"{measured} {look.reference} labelled and predicted"
        columns = [
            Column("unit", f"Units of {look.layer} by their mean response to the confused samples."),
            Column(f"{a} → {b}", f"{measured} {name} labelled {a} and predicted {b}.", numeric=True),
            Column(f"{a} told right in {look.reference}", f"{right} {a}.", numeric=True),
            Column(f"{b} told right in {look.reference}", f"{right} {b}.", numeric=True),
        ]
        limited = any(mean.samples > READ_AT_MOST for mean in (confused, *told_right))
        note = f"Mean response over each unit's largest response in {look.reference}"
        note += f", of at most {READ_AT_MOST} samples of a set, the most confident first." if limited else "."
        title = f"Units of {look.layer} in {name}"
        tables.append(Table(title, columns, rows, note=note, empty="No unit responds to them."))
    return [Columns("", tables)] if tables else []


@dataclass(frozen=True)
class _Mean:
    shares: UnitArray  # (unit,) mean response over the reference maximum; NaN for an empty set
    samples: int  # in the set; at most READ_AT_MOST are averaged


def _mean(study: StudyFiles, look: Look, name: str, label: int, prediction: int) -> _Mean:
    positions = having(study[name].samples, label=label, prediction=prediction)
    maxima = study[look.reference].summary(look.layer, Maxima).largest
    responses = study[name].responses_at(look.layer, positions[:READ_AT_MOST].tolist()).astype(np.float64)
    mean = responses.mean(axis=0) if len(responses) else np.full(len(maxima), np.nan)
    return _Mean(over_reference_maximum(mean, maxima), len(positions))
