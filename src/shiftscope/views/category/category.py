"""One category: how well it is told, what it is taken for, which units respond to it, and which changed."""

from __future__ import annotations

from shiftscope.outcomes.outcomes import outcomes
from shiftscope.store.stored_study import StudyFiles
from shiftscope.views.category.changed_units import changed_units
from shiftscope.views.category.error_sets import HELP, error_counts, error_images, error_units
from shiftscope.views.page.panels import Columns, Fact, Facts, Link, Page, Panel
from shiftscope.views.page.selection import Look
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
    look = Look.at(study, layer, reference, lead)
    look = look.led_by(look.others()[0]) if look.others() else look
    study.check_category(index)
    name = category_name(study, index)
    last = len(study.categories) - 1
    at = f"categories/{index}"
    kept = None if images == FEW else images
    panels: list[Panel] = [
        Columns("", [_card(look, dataset, index) for dataset in look.ordered()]),
        Columns("", [error_counts(look, index, kind) for kind in HELP]),
        set_units(
            look,
            f"Units of {look.layer} that respond to {name}",
            lambda dataset: label_mean(look, dataset, index),
            of=f"the samples labelled {name}",
            units=UNITS,
            empty=f"No unit responds to it in {look.lead}, or there is no sample labelled {name}.",
        ),
        *changed_units(look, index),
    ]
    for kind in HELP:
        panels.append(error_images(look, index, kind, images, lambda n: look.page(at, images=n)))
        panels.append(error_units(look, index, kind))
    return Page(
        title=f"Category {name}",
        trail=[Link(study.name, look.overview())],
        panels=panels,
        previous=Link(category_name(study, index - 1), look.category(index - 1)) if index else None,
        next=Link(category_name(study, index + 1), look.category(index + 1)) if index < last else None,
        choices=look.choices(at, images=kept),
    )


def _card(look: Look, dataset: str, index: int) -> Facts:
    here, there = (
        outcomes(look.study[d].samples, len(look.study.categories)).confusions
        for d in (dataset, look.reference)
    )
    right, total, taken = int(here[index, index]), int(here[index].sum()), int(here[:, index].sum())
    usual = int(there[index, index]), int(there[index].sum())
    facts = [
        accuracy_fact(look, dataset, (right, total), usual, of="the samples with this label"),
        Fact("samples", count(total), "Samples with this label.", look.dataset(dataset, label=index)),
        Fact(
            "false negatives",
            count(total - right),
            HELP["false negatives"],
            look.dataset(dataset, label=index, show="wrong"),
        ),
        Fact(
            "false positives",
            count(taken - right),
            HELP["false positives"],
            look.dataset(dataset, prediction=index, show="wrong"),
        ),
    ]
    return Facts(dataset, facts, role(look, dataset), look.dataset(dataset, label=index))
