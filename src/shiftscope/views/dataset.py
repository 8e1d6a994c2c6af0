"""One dataset: its confusion matrix and its images, filtered."""

from __future__ import annotations

from typing import Literal

import numpy as np

from shiftscope.scores.outcomes import outcomes, told
from shiftscope.store.study_files import StudyFiles
from shiftscope.views.look import Look
from shiftscope.views.numbers import count, percent
from shiftscope.views.panels import Choice, ImageStrip, Link, Matrix, Page, Panel
from shiftscope.views.pictures import category_name, pictures, role
from shiftscope.views.view import view

IMAGES = 120

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
) -> Page:
    """Labels against predictions, and the images in the order of the dataset."""
    look = Look.at(study, layer, reference)
    recording = study[dataset]
    samples, result = recording.samples, outcomes(recording.samples, len(study.categories))
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
        kept &= samples.labels == label
    if prediction is not None:
        kept &= samples.predictions == prediction
    positions = np.flatnonzero(kept)
    start = max(0, min(start, max(len(positions) - 1, 0)))
    shown = positions[start : start + IMAGES]

    def address(**options: str | int | None) -> str:
        now: dict[str, str | int | None] = {"show": show, "label": label, "prediction": prediction}
        return look.dataset(dataset, **{**now, **options})

    chosen_as = {"labelled": label, "predicted": prediction}
    which = [f"{how} {category_name(study, c)}" for how, c in chosen_as.items() if c is not None]
    title = " ".join(["Images", *([] if show == "all" else [show]), *which])
    ways = ("all", "wrong", "right", *(("skipped",) if samples.skipped else ()))
    panels: list[Panel] = [
        ImageStrip(
            title,
            pictures(study, look, recording, shown),
            role(look, dataset),
            note=f"{start + 1 if len(shown) else 0} to {start + len(shown)} of {count(len(positions))}, "
            "in the order of the dataset",
            more=Link("more", address(start=start + IMAGES)) if start + IMAGES < len(positions) else None,
            empty="No image like this.",
        )
    ]
    if result.labelled:
        panels.insert(
            0,
            Matrix(
                "Confusions",
                result.confusions,
                study.categories,
                study.categories,
                row_axis="label",
                column_axis="prediction",
                page=look.page("confusions/{row}/{column}"),
                hide_diagonal=True,
                role=role(look, dataset),
                note="Samples by label and prediction; right ones, on the diagonal, are left out.",
            ),
        )
    skipped = f", {count(samples.skipped)} skipped" if samples.skipped else ""
    return Page(
        title=dataset,
        subtitle=f"{count(len(samples))} samples, accuracy {percent(result.accuracy)}{skipped}.",
        trail=[Link(study.name, look.overview())],
        panels=panels,
        choices=[
            Choice(
                "Show",
                [Link(option, address(show=option)) for option in ways],
                show,
            ),
        ],
        previous=Link("earlier", address(start=max(0, start - IMAGES) or None)) if start else None,
    )
