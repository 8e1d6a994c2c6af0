"""One image: what the model said, and the units it moves most."""

from __future__ import annotations

from shiftscope.store.stored_study import StoredStudy
from shiftscope.views.page.address import PageAddress
from shiftscope.views.page.panels import Link, Page
from shiftscope.views.page.section import panels_of
from shiftscope.views.page.selection import Selection
from shiftscope.views.page.view import view
from shiftscope.views.parts.pictures import in_words
from shiftscope.views.sample.shown_sample import ShownSample


@view("datasets/{dataset}/samples/{position}")
def sample(
    study: StoredStudy,
    dataset: str,
    position: int,
    *,
    layer: str | None = None,
    baseline: str | None = None,
    focus: str | None = None,
) -> Page:
    """One sample with its predictions, its metadata, and its strongest units beside their usual images."""
    selection = Selection.at(study, layer, baseline, focus)
    recording = study[dataset]
    at = PageAddress(selection, f"{selection.at_dataset(dataset)}/samples/{position}", sample)
    shown = ShownSample(selection, recording, position, at)
    seen, last = shown.seen, len(recording.samples) - 1

    def neighbour(other: int) -> Link | None:
        return Link(f"image {other}", selection.sample(dataset, other)) if 0 <= other <= last else None

    return Page(
        title=f"{dataset}, image {position}",
        subtitle=in_words(study, seen.label, seen.prediction),
        trail=[Link(study.name, selection.overview()), Link(dataset, selection.dataset(dataset))],
        panels=panels_of(shown),
        previous=neighbour(position - 1),
        next=neighbour(position + 1),
        choices=selection.choices(at.path),
    )
