"""Images of a dataset, in an order, to be selected and tagged."""

from __future__ import annotations

import numpy as np

from shiftscope.outcomes.twins import twins
from shiftscope.views.dataset.sample_order import NAMES
from shiftscope.views.dataset.shown_dataset import ShownDataset
from shiftscope.views.page.panels import ImageStrip, Link, Panel, Tagging
from shiftscope.views.page.section import section
from shiftscope.views.parts.category_name import category_name
from shiftscope.views.parts.number_text import count
from shiftscope.views.parts.pictures.pictures import pictures, role

IMAGES = 96


@section(ShownDataset, place=20)
def images(dataset: ShownDataset) -> list[Panel]:
    """Those that were asked for, and the way to further ones."""
    start, (found, caption) = dataset.start, dataset.ordered
    shown = found[start : start + IMAGES].tolist()
    captions = {position: caption(position) for position in shown}
    order = NAMES[dataset.sort] + (
        f" ({dataset.unit.text})" if dataset.sort == "response" and dataset.unit else ""
    )
    which = f"{start + 1 if shown else 0} to {start + len(shown)} of {count(len(found))}"
    strip = ImageStrip(
        _title(dataset),
        pictures(dataset.selection, dataset.recording, shown, captions),
        role(dataset.selection, dataset.name),
        note=f"{which}, {order}{_elsewhere(dataset)}",
        more=Link("more", dataset.at(start=start + IMAGES)) if start + IMAGES < len(found) else None,
        empty="No image like this.",
        sizable=True,
        tagging=Tagging(dataset.at(start=start or 0), list(dataset.tag_counts)),
    )
    return [*([dataset.unread_tags] if dataset.unread_tags else []), strip]


def _title(dataset: ShownDataset) -> str:
    shown = "" if dataset.show == "all" else dataset.show
    study = dataset.selection.study
    filters = {"labelled": dataset.label, "classified": dataset.prediction}
    which = [f"{how} {category_name(study, c)}" for how, c in filters.items() if c is not None]
    said = [dataset.where, f"tagged {dataset.tag}" if dataset.tag else ""]
    return ", ".join(filter(None, ["Images", shown, *which, *said]))


def _elsewhere(dataset: ShownDataset) -> str:
    """In how many other sets the same samples are; their pages show them side by side."""
    study = dataset.selection.study
    having = sum(
        bool((np.asarray(twins(dataset.samples, study[name].samples)) >= 0).any())
        for name in study
        if name != dataset.name
    )
    if not having:
        return ""
    return f"; each opens beside the same image in {count(having)} other {'set' if having == 1 else 'sets'}"
