"""Images of a dataset, in its order."""

from __future__ import annotations

from shiftscope.views.dataset.shown_dataset import ShownDataset
from shiftscope.views.page.panels import ImageStrip, Link
from shiftscope.views.parts.number_text import count
from shiftscope.views.parts.pictures import category_name, pictures, role

IMAGES = 120


def image_strip(dataset: ShownDataset) -> ImageStrip:
    """Those that were asked for, and the way to further ones."""
    start, found = dataset.start, dataset.positions
    shown = found[start : start + IMAGES]
    return ImageStrip(
        _title(dataset),
        pictures(dataset.selection, dataset.recording, shown),
        role(dataset.selection, dataset.name),
        note=f"{start + 1 if len(shown) else 0} to {start + len(shown)} of {count(len(found))}, "
        "in the order of the dataset",
        more=Link("more", dataset.at(start=start + IMAGES)) if start + IMAGES < len(found) else None,
        empty="No image like this.",
    )


def _title(dataset: ShownDataset) -> str:
    shown = "" if dataset.show == "all" else dataset.show
    study = dataset.selection.study
    filters = {"labelled": dataset.label, "predicted": dataset.prediction}
    which = [f"{how} {category_name(study, c)}" for how, c in filters.items() if c is not None]
    return ", ".join(filter(None, ["Images", shown, *which]))
