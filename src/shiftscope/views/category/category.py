"""One category: how well it is told, what it is taken for, which units respond to it, and which changed."""

from __future__ import annotations

from shiftscope.outcomes.outcomes import outcomes
from shiftscope.store.stored_study import StudyFiles
from shiftscope.views.category.changed_units import changed_units
from shiftscope.views.category.error_sets import HELP, error_counts, error_images, error_units
from shiftscope.views.page.panels import Columns, Fact, Facts, Link, Page, Panel
from shiftscope.views.page.selection import Selection
from shiftscope.views.page.view import view
from shiftscope.views.parts.accuracy import accuracy_fact
from shiftscope.views.parts.image_sets import FEW
from shiftscope.views.parts.number_text import count
from shiftscope.views.parts.pictures import category_name, role
from shiftscope.views.parts.sample_sets import label_mean
from shiftscope.views.parts.set_units import set_units

UNITS = 12


@view("categories/{index}")
def category(
    study: StudyFiles,
    index: int,
    *,
    layer: str | None = None,
    reference: str | None = None,
    lead: str | None = None,
    images: int = FEW,
) -> Page:
    """Accuracy, errors and units in each dataset; unless chosen, the first shifted dataset leads."""
    selection = Selection.at(study, layer, reference, lead)
    selection = selection.led_by(selection.others()[0]) if selection.others() else selection
    study.check_category(index)
    name = category_name(study, index)
    last = len(study.categories) - 1
    at = f"categories/{index}"
    kept = None if images == FEW else images
    panels: list[Panel] = [
        Columns("", [_card(selection, dataset, index) for dataset in selection.ordered()]),
        Columns("", [error_counts(selection, index, kind) for kind in HELP]),
        set_units(
            selection,
            f"Units of {selection.layer} that respond to {name}",
            lambda dataset: label_mean(selection, dataset, index),
            of=f"the samples labelled {name}",
            units=UNITS,
            empty=f"No unit responds to it in {selection.lead}, or there is no sample labelled {name}.",
        ),
        *changed_units(selection, index),
    ]
    for kind in HELP:
        panels.append(error_images(selection, index, kind, images, lambda n: selection.page(at, images=n)))
        panels.append(error_units(selection, index, kind))
    return Page(
        title=f"Category {name}",
        trail=[Link(study.name, selection.overview())],
        panels=panels,
        previous=Link(category_name(study, index - 1), selection.category(index - 1)) if index else None,
        next=Link(category_name(study, index + 1), selection.category(index + 1)) if index < last else None,
        choices=selection.choices(at, images=kept),
    )


def _card(selection: Selection, dataset: str, index: int) -> Facts:
    here, there = (
        outcomes(selection.study[d].samples, len(selection.study.categories)).confusions
        for d in (dataset, selection.reference)
    )
    right, total, taken = int(here[index, index]), int(here[index].sum()), int(here[:, index].sum())
    usual = int(there[index, index]), int(there[index].sum())
    facts = [
        accuracy_fact(selection, dataset, (right, total), usual, of="the samples with this label"),
        Fact("samples", count(total), "Samples with this label.", selection.dataset(dataset, label=index)),
        Fact(
            "false negatives",
            count(total - right),
            HELP["false negatives"],
            selection.dataset(dataset, label=index, show="wrong"),
        ),
        Fact(
            "false positives",
            count(taken - right),
            HELP["false positives"],
            selection.dataset(dataset, prediction=index, show="wrong"),
        ),
    ]
    return Facts(dataset, facts, role(selection, dataset), selection.dataset(dataset, label=index))
