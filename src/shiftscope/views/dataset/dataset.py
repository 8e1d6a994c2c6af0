"""One dataset: its accuracy, its confusions, how they differ from the reference, and its images, filtered."""

from __future__ import annotations

from shiftscope.store.stored_study import StoredStudy
from shiftscope.views.dataset.image_strip import IMAGES
from shiftscope.views.dataset.shown_dataset import Show, ShownDataset
from shiftscope.views.page.address import PageAddress
from shiftscope.views.page.panels import Choice, Link, Page
from shiftscope.views.page.section import panels_of
from shiftscope.views.page.selection import Selection
from shiftscope.views.page.view import view
from shiftscope.views.parts.pictures import category_name


@view("datasets/{dataset}")
def dataset_images(
    study: StoredStudy,
    dataset: str,
    *,
    show: Show = "all",
    label: int | None = None,
    prediction: int | None = None,
    start: int = 0,
    layer: str | None = None,
    baseline: str | None = None,
    focus: str | None = None,
) -> Page:
    """Right and wrong answers, here and against the reference, and the images in the order of the dataset."""
    selection = Selection.at(study, layer, baseline, focus)
    recording = study[dataset]
    for chosen in (label, prediction):
        if chosen is not None:
            study.check_category(chosen)
    options = {"show": show, "label": label, "prediction": prediction}
    at = PageAddress(selection, selection.at_dataset(dataset), dataset_images, options)
    shown = ShownDataset(selection, recording, at, show, label, prediction, start)
    earlier = max(0, shown.start - IMAGES)
    return Page(
        title=dataset,
        trail=[Link(study.name, selection.overview())],
        panels=panels_of(shown),
        choices=_choices(shown),
        previous=Link("earlier", at(start=earlier)) if shown.start else None,
    )


def _choices(shown: ShownDataset) -> list[Choice]:
    selection, at = shown.selection, shown.at
    ways = ("all", "wrong", "right", *(("skipped",) if shown.samples.skipped else ()))
    filters = (("Labelled", "label", shown.label), ("Predicted", "prediction", shown.prediction))
    _, against = selection.dataset_choices(at.path, **at.asked())
    return [
        Choice("Show", [Link(way, at(show=way)) for way in ways], shown.show),
        *(
            Choice(
                how,
                [Link("any", at(**{of: None})), Link(category_name(selection.study, c), at())],
                category_name(selection.study, c),
            )
            for how, of, c in filters
            if c is not None
        ),
        against,
    ]
