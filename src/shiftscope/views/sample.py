"""One image: what the model said, and the units it moves most."""

from __future__ import annotations

import numpy as np

from shiftscope.arrays import NO_LABEL
from shiftscope.scores.shares import over_reference_maximum, softmax
from shiftscope.store.recording import Recording
from shiftscope.store.samples import StoredSample
from shiftscope.store.study_files import StudyFiles
from shiftscope.summaries.maxima import Maxima
from shiftscope.views.cells import share_cell, strip_column
from shiftscope.views.look import Look
from shiftscope.views.numbers import number
from shiftscope.views.panels import Cell, Column, Columns, ImageStrip, Link, Message, Page, Panel, Table
from shiftscope.views.pictures import category_name, in_words, pictures, role, strongest
from shiftscope.views.unit_scores import responding
from shiftscope.views.view import view

PREDICTIONS = 5
UNITS = 12
STRIP = 5


@view("datasets/{dataset}/samples/{position}")
def sample(
    study: StudyFiles, dataset: str, position: int, *, layer: str | None = None, reference: str | None = None
) -> Page:
    """One sample with its predictions, its metadata, and its strongest units beside their usual images."""
    look = Look.at(study, layer, reference)
    recording = study[dataset]
    seen = recording.samples[position]
    last = len(recording.samples) - 1
    image = ImageStrip("Image", pictures(study, look, recording, [position]), role(look, dataset), large=True)
    beside: list[Panel] = [image, _facts(study, look, seen)]
    if recording.keeps_responses and not seen.problem:
        beside.insert(1, _predictions(study, look, recording, seen))
        units: Panel = _top_units(study, look, recording, seen)
    else:
        why = (
            seen.problem
            or 'This dataset was recorded with keep="summaries": single responses are not stored.'
        )
        units = Message("Strongest units", why)
    return Page(
        title=f"{dataset}, image {position}",
        subtitle=in_words(study, seen.label, seen.prediction),
        trail=[Link(study.name, look.overview()), Link(dataset, look.dataset(dataset))],
        panels=[Columns("", beside), units],
        previous=Link(f"image {position - 1}", look.sample(dataset, position - 1)) if position else None,
        next=Link(f"image {position + 1}", look.sample(dataset, position + 1)) if position < last else None,
        choices=look.choices(study, f"{look.at_dataset(dataset)}/samples/{position}"),
    )


def _facts(study: StudyFiles, look: Look, seen: StoredSample) -> Table:
    label = Cell(
        category_name(study, seen.label), look.category(seen.label) if seen.label != NO_LABEL else ""
    )
    rows = [[Cell("label"), label], [Cell("id"), Cell(seen.id)], [Cell("source"), Cell(seen.source)]]
    rows += [[Cell(key), Cell("–" if value is None else str(value))] for key, value in seen.metadata.items()]
    return Table("About it", [Column("what"), Column("value")], [row for row in rows if row[1].text])


def _predictions(study: StudyFiles, look: Look, recording: Recording, seen: StoredSample) -> Table:
    logits = recording.logits(seen.position)
    probabilities = softmax(logits)
    rows = [
        [
            Cell(category_name(study, c), look.category(c), help="the label" if c == seen.label else ""),
            Cell("label" if c == seen.label else ""),
            share_cell(float(probabilities[c])),
            Cell(number(float(logits[c]))),
        ]
        for c in map(int, np.argsort(-probabilities, kind="stable")[:PREDICTIONS])
    ]
    columns = [
        Column("prediction"),
        Column(""),
        Column("probability", "Softmax of the logits.", numeric=True),
        Column("logit", numeric=True),
    ]
    return Table("Predictions", columns, rows)


def _top_units(study: StudyFiles, look: Look, recording: Recording, seen: StoredSample) -> Table:
    responses = recording.sample_responses(look.layer, seen.position)
    reference = study[look.reference]
    shares = over_reference_maximum(responses, reference.summary(look.layer, Maxima).largest)
    compared = [reference] if recording.name == look.reference else [reference, recording]
    rows = [
        [
            Cell(f"unit {unit}", look.unit(unit)),
            share_cell(float(shares[unit])),
            Cell(number(float(responses[unit]))),
            *(
                Cell(pictures=tuple(strongest(study, look, shown, look.layer, unit, STRIP)))
                for shown in compared
            ),
        ]
        for unit in responding(shares, UNITS)
    ]
    columns = [
        Column("unit"),
        Column(
            f"of the maximum in {look.reference}",
            "Response to this image over the unit's largest response in the reference; above 100 % is possible.",
            numeric=True,
        ),
        Column("response", numeric=True),
        *(strip_column(shown.name) for shown in compared),
    ]
    return Table(
        f"Strongest units of {look.layer}",
        columns,
        rows,
        empty="No unit with a positive reference maximum responds to this image.",
    )
