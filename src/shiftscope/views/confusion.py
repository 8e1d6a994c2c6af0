"""Two categories taken for one another: both directed sets, and the units that respond to them."""

from __future__ import annotations

import numpy as np

from shiftscope.arrays import UnitArray
from shiftscope.errors import BadRequest
from shiftscope.scores.outcomes import having, outcomes
from shiftscope.store.study_files import StudyFiles
from shiftscope.summaries.maxima import Maxima
from shiftscope.views.category import check_category
from shiftscope.views.look import Look
from shiftscope.views.numbers import count, number, percent
from shiftscope.views.panels import Cell, Column, Columns, ImageStrip, Link, Page, Panel, Table
from shiftscope.views.pictures import category_name, pictures, role, shown_of
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
    check_category(study, actual)
    check_category(study, predicted)
    if actual == predicted:
        raise BadRequest("a confusion is between two different categories.")
    a, b = category_name(study, actual), category_name(study, predicted)
    panels: list[Panel] = [_counts(study, look, actual, predicted)]
    for label, prediction in ((actual, predicted), (predicted, actual)):
        title = f"{category_name(study, label)} predicted as {category_name(study, prediction)}"
        panels.append(
            Columns(title, [_images(study, look, name, label, prediction) for name in look.ordered(study)])
        )
        confused = [
            n for n in look.ordered(study) if study[n].keeps_responses and _any(study, n, label, prediction)
        ]
        if confused:
            panels.append(Columns("", [_units(study, look, n, label, prediction) for n in confused]))
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


def _any(study: StudyFiles, name: str, label: int, prediction: int) -> bool:
    return bool(outcomes(study[name].samples, len(study.categories)).confusions[label, prediction])


def _counts(study: StudyFiles, look: Look, actual: int, predicted: int) -> Table:
    rows = []
    for name in look.ordered(study):
        confusions = outcomes(study[name].samples, len(study.categories)).confusions
        cells = [Cell(name, look.dataset(name))]
        for label, prediction in ((actual, predicted), (predicted, actual)):
            total, wrong = int(confusions[label].sum()), int(confusions[label, prediction])
            share = wrong / total if total else float("nan")
            cells.append(Cell(count(wrong), look.dataset(name, label=label, prediction=prediction)))
            cells.append(Cell(percent(share), bar=None if np.isnan(share) else share))
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


def _units(study: StudyFiles, look: Look, name: str, label: int, prediction: int) -> Table:
    """Strongest units of the confused samples, against the right ones of both categories in the reference."""
    confused, limited = _mean(study, look, name, label, prediction)
    right_label, _ = _mean(study, look, look.reference, label, label)
    right_prediction, _ = _mean(study, look, look.reference, prediction, prediction)
    order = np.argsort(np.where(confused > 0, -confused, np.inf), kind="stable")[:UNITS]
    rows = [
        [
            Cell(f"unit {unit}", look.unit(unit)),
            *(
                Cell(percent(float(means[unit])), bar=float(np.clip(np.nan_to_num(means[unit]), 0, 1)))
                for means in (confused, right_label, right_prediction)
            ),
        ]
        for unit in map(int, order)
        if confused[unit] > 0
    ]
    measured = "Mean response over the unit's largest response in the reference, on "
    a, b = category_name(study, label), category_name(study, prediction)
    columns = [
        Column("unit", f"Units of {look.layer} by their mean response to the confused samples."),
        Column(f"{a} → {b}", f"{measured}samples of {name} labelled {a} and predicted {b}.", numeric=True),
        Column(
            f"{a} told right",
            f"{measured}samples of {look.reference} labelled {a} and predicted so.",
            numeric=True,
        ),
        Column(
            f"{b} told right",
            f"{measured}samples of {look.reference} labelled {b} and predicted so.",
            numeric=True,
        ),
    ]
    note = (
        f"Means over at most {number(READ_AT_MOST)} samples of a set, the most confident first."
        if limited
        else ""
    )
    return Table(
        f"Units of {look.layer} in {name}", columns, rows, note=note, empty="No unit responds to them."
    )


def _mean(study: StudyFiles, look: Look, name: str, label: int, prediction: int) -> tuple[UnitArray, bool]:
    """(unit,) mean response over the reference maximum; NaN for an empty set. And whether samples were left out."""
    positions = having(study[name].samples, label=label, prediction=prediction)
    responses = study[name].responses_at(look.layer, positions[:READ_AT_MOST].tolist()).astype(np.float64)
    maxima = study[look.reference].summary(look.layer, Maxima).largest
    scale = np.where(maxima > 0, maxima, np.nan)
    mean = responses.mean(axis=0) if len(responses) else np.full(len(maxima), np.nan)
    return mean / scale, len(positions) > READ_AT_MOST
