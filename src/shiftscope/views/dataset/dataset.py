"""One dataset: its accuracy, its confusions, how they differ from the reference, and its images, filtered."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Literal

import numpy as np

from shiftscope.outcomes.outcomes import outcomes, share_changes, told
from shiftscope.store.formats.samples import Samples
from shiftscope.store.stored_study import StudyFiles
from shiftscope.views.page.panels import (
    Choice,
    Columns,
    Fact,
    Facts,
    ImageStrip,
    Link,
    Matrix,
    Message,
    Page,
    Panel,
    Role,
)
from shiftscope.views.page.selection import Selection
from shiftscope.views.page.view import view
from shiftscope.views.parts.accuracy import accuracy_fact, answers
from shiftscope.views.parts.number_text import count
from shiftscope.views.parts.pictures import category_name, pictures, role

IMAGES = 120
SIDE_BY_SIDE = 60  # categories; the cells of two larger matrices would be too small to point at

Show = Literal["all", "wrong", "right", "skipped"]


@view("datasets/{dataset}")
def dataset_images(
    study: StudyFiles,
    dataset: str,
    *,
    show: Show = "all",
    label: int | None = None,
    prediction: int | None = None,
    start: int = 0,
    layer: str | None = None,
    reference: str | None = None,
    lead: str | None = None,
) -> Page:
    """Right and wrong answers, here and against the reference, and the images in the order of the dataset."""
    selection = Selection.at(study, layer, reference, lead)
    recording = study[dataset]
    samples = recording.samples
    for chosen in (label, prediction):
        if chosen is not None:
            study.check_category(chosen)
    right, wrong = told(samples)
    kept = {
        "all": np.ones(len(samples), bool),
        "wrong": wrong,
        "right": right,
        "skipped": samples.predictions < 0,
    }[show]
    if label is not None:
        kept = kept & (samples.labels == label)
    if prediction is not None:
        kept = kept & (samples.predictions == prediction)
    positions = np.flatnonzero(kept)
    start = max(0, min(start, max(len(positions) - 1, 0)))
    shown = positions[start : start + IMAGES]
    now: dict[str, str | int | None] = {"show": show, "label": label, "prediction": prediction}

    def address(**options: str | int | None) -> str:
        return selection.dataset(dataset, **{**now, **options})

    filters = (("Labelled", "label", label), ("Predicted", "prediction", prediction))
    which = [f"{how.lower()} {category_name(study, c)}" for how, _, c in filters if c is not None]
    title = ", ".join(
        ["Images", *([] if show == "all" else [f"told {show}" if show != "skipped" else show]), *which]
    )
    ways = ("all", "wrong", "right", *(("skipped",) if samples.skipped else ()))
    images = ImageStrip(
        title,
        pictures(selection, recording, shown),
        role(selection, dataset),
        note=f"{start + 1 if len(shown) else 0} to {start + len(shown)} of {count(len(positions))}, "
        "in the order of the dataset",
        more=Link("more", address(start=start + IMAGES)) if start + IMAGES < len(positions) else None,
        empty="No image like this.",
    )
    asked_for = show != "all" or bool(which) or start > 0
    panels: list[Panel] = [_facts(selection, dataset)]
    panels += (
        [images, *_matrices(selection, dataset)] if asked_for else [*_matrices(selection, dataset), images]
    )
    panels += _told(recording.plan.source)
    return Page(
        title=dataset,
        trail=[Link(study.name, selection.overview())],
        panels=panels,
        choices=[
            Choice("Show", [Link(option, address(show=option)) for option in ways], show),
            *(
                Choice(
                    how,
                    [Link("any", address(**{of: None})), Link(category_name(study, c), address())],
                    category_name(study, c),
                )
                for how, of, c in filters
                if c is not None
            ),
            *(
                choice
                for choice in selection.dataset_choices(selection.at_dataset(dataset), **now)
                if choice.name == "Compare with"
            ),
        ],
        previous=Link("earlier", address(start=max(0, start - IMAGES) or None)) if start else None,
    )


def _facts(selection: Selection, dataset: str) -> Facts:
    samples = selection.study[dataset].samples
    right, labelled = answers(selection, dataset)
    unlabelled = len(samples) - labelled - samples.skipped
    usual = answers(selection, selection.reference)
    facts = [
        accuracy_fact(selection, dataset, (right, labelled), usual, of="the labelled samples"),
        Fact("samples", count(len(samples)), "Samples recorded."),
        Fact(
            "wrong",
            count(labelled - right),
            "Labelled samples predicted as another category.",
            selection.dataset(dataset, show="wrong"),
        ),
    ]
    if unlabelled:
        facts.append(
            Fact("unlabelled", count(unlabelled), "Samples without a label: neither right nor wrong.")
        )
    if samples.skipped:
        facts.append(
            Fact(
                "skipped",
                count(samples.skipped),
                "Samples that could not be read, so that the model never saw them.",
                selection.dataset(dataset, show="skipped"),
            )
        )
    return Facts("Answers", facts, role(selection, dataset))


def _told(source: Mapping[str, Any]) -> list[Panel]:
    """How the data were understood where that could be done otherwise, and what was passed over."""
    told = source.get("told")
    sentences = [one for one in told if isinstance(one, str)] if isinstance(told, list) else []
    return [Message("How the data were read", " ".join(sentences))] if sentences else []


def _matrices(selection: Selection, dataset: str) -> list[Panel]:
    """Labels by predictions, and how their shares differ from the reference; a cell leads to its confusion."""
    names = selection.study.categories
    if not answers(selection, dataset)[1]:
        return [Message("Confusions", f"No sample of {dataset} has a label, so that none is right or wrong.")]
    page = selection.page("confusions/{row}/{column}", lead=dataset)
    panels: list[Panel] = [_counts(selection.study[dataset].samples, names, page, role(selection, dataset))]
    if dataset != selection.reference:
        compared = dataset, selection.reference
        panels.append(_changes(compared, *(selection.study[name].samples for name in compared), names, page))
    return [Columns("", panels)] if len(names) <= SIDE_BY_SIDE else panels


@lru_cache(maxsize=8)  # of a thousand categories each is drawn from a million cells
def _counts(samples: Samples, names: tuple[str, ...], page: str, role: Role) -> Matrix:
    return Matrix(
        "Confusions",
        outcomes(samples, len(names)).confusions,
        names,
        names,
        row_axis="label",
        column_axis="prediction",
        page=page,
        hide_diagonal=True,
        role=role,
        note="Samples by label and prediction; right ones, on the diagonal, are left out.",
    )


@lru_cache(maxsize=8)
def _changes(
    compared: tuple[str, str], here: Samples, there: Samples, names: tuple[str, ...], page: str
) -> Matrix:
    dataset, reference = compared
    change = share_changes(*(outcomes(samples, len(names)) for samples in (here, there)))
    lacking = int(np.isnan(change).all(axis=1).sum())
    without = f" {count(lacking)} of {count(len(names))} labels are not in both sets." if lacking else ""
    return Matrix(
        f"Confusions, {dataset} minus {reference}",
        100 * change,
        names,
        names,
        row_axis="label",
        column_axis="prediction",
        page=page,
        hide_diagonal=True,
        note="Share of the samples with a label that have a prediction, in percentage points more or less "
        f"than in {reference}; the diagonal is left out.{without}",
        signed=True,
        measured_in="points",
    )
