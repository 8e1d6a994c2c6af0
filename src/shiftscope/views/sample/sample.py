"""One image: what the model said, and the units it moves most."""

from __future__ import annotations

import numpy as np

from shiftscope.arrays import NO_LABEL
from shiftscope.statistics.shares import softmax
from shiftscope.store.formats.samples import StoredSample
from shiftscope.store.stored_recording import Recording
from shiftscope.store.stored_study import StudyFiles
from shiftscope.views.page.panels import Cell, Column, Columns, ImageStrip, Link, Message, Page, Panel, Table
from shiftscope.views.page.selection import Selection
from shiftscope.views.page.view import view
from shiftscope.views.parts.cells import number_cell, share_cell
from shiftscope.views.parts.pictures import category_name, in_words, pictures, role
from shiftscope.views.sample.image_units import image_units
from shiftscope.views.sample.logit_contributions import logit_contributions

PREDICTIONS = 5


@view("datasets/{dataset}/samples/{position}")
def sample(
    study: StudyFiles,
    dataset: str,
    position: int,
    *,
    layer: str | None = None,
    reference: str | None = None,
    lead: str | None = None,
) -> Page:
    """One sample with its predictions, its metadata, and its strongest units beside their usual images."""
    selection = Selection.at(study, layer, reference, lead)
    recording = study[dataset]
    seen = recording.samples[position]
    last = len(recording.samples) - 1
    image = ImageStrip(
        "Image", pictures(selection, recording, [position]), role(selection, dataset), large=True
    )
    beside: list[Panel] = [image, _facts(selection, seen)]
    if recording.keeps_responses and not seen.problem:
        beside.insert(1, _predictions(selection, recording, seen))
        more: list[Panel] = [
            logit_contributions(selection, recording, seen),
            image_units(selection, recording, seen),
        ]
    else:
        why = (
            seen.problem
            or 'This dataset was recorded with keep="summaries": single responses are not stored.'
        )
        more = [Message("Strongest units", why)]
    return Page(
        title=f"{dataset}, image {position}",
        subtitle=in_words(study, seen.label, seen.prediction),
        trail=[Link(study.name, selection.overview()), Link(dataset, selection.dataset(dataset))],
        panels=[Columns("", beside), *more],
        previous=Link(f"image {position - 1}", selection.sample(dataset, position - 1)) if position else None,
        next=Link(f"image {position + 1}", selection.sample(dataset, position + 1))
        if position < last
        else None,
        choices=selection.choices(f"{selection.at_dataset(dataset)}/samples/{position}"),
    )


def _facts(selection: Selection, seen: StoredSample) -> Table:
    label = Cell(
        category_name(selection.study, seen.label),
        selection.category(seen.label) if seen.label != NO_LABEL else "",
    )
    rows = [[Cell("label"), label], [Cell("id"), Cell(seen.id)], [Cell("source"), Cell(seen.source)]]
    rows += [[Cell(key), Cell("–" if value is None else str(value))] for key, value in seen.metadata.items()]
    return Table("About it", [Column("what"), Column("value")], [row for row in rows if row[1].text])


def _predictions(selection: Selection, recording: Recording, seen: StoredSample) -> Table:
    logits = recording.logits(seen.position)
    probabilities = softmax(logits)
    rows = [
        [
            Cell(
                category_name(selection.study, c),
                selection.category(c),
                help="the label" if c == seen.label else "",
            ),
            Cell("label" if c == seen.label else ""),
            share_cell(float(probabilities[c])),
            number_cell(float(logits[c])),
        ]
        for c in map(int, np.argsort(-probabilities, kind="stable")[:PREDICTIONS])
    ]
    columns = [
        Column("prediction"),
        Column(""),
        Column("probability", "Softmax of the logits, the largest subtracted first.", numeric=True),
        Column("logit", "As the model gave it.", numeric=True),
    ]
    return Table("Predictions", columns, rows)
