"""One category: how well it is told, what it is taken for, which units respond to it."""

from __future__ import annotations

from typing import Literal

import numpy as np
import numpy.typing as npt

from shiftscope.scores.outcomes import mistaken, outcomes
from shiftscope.scores.shares import over_reference_maximum
from shiftscope.store.study_files import StudyFiles
from shiftscope.summaries.category_sums import CategorySums
from shiftscope.summaries.maxima import Maxima
from shiftscope.views.cells import share_cell, strip_column
from shiftscope.views.look import Look
from shiftscope.views.numbers import count, percent, points
from shiftscope.views.panels import Cell, Column, Columns, Fact, Facts, ImageStrip, Link, Page, Panel, Table
from shiftscope.views.pictures import category_name, pictures, role, shown_of, strongest
from shiftscope.views.unit_scores import responding
from shiftscope.views.view import view

UNITS = 12
IMAGES = 24
OTHERS = 8

Kind = Literal["false negatives", "false positives"]
HELP: dict[Kind, str] = {
    "false negatives": "Samples of this category predicted as another, by prediction.",
    "false positives": "Samples of another category predicted as this one, by label.",
}


@view("categories/{index}")
def category(
    study: StudyFiles, index: int, *, layer: str | None = None, reference: str | None = None
) -> Page:
    """Accuracy, false negatives and false positives in each dataset, and the units that respond to the category."""
    look = Look.at(study, layer, reference)
    study.check_category(index)
    names = look.ordered(study)
    last = len(study.categories) - 1
    panels: list[Panel] = [
        Columns("", [_card(study, look, name, index) for name in names]),
        _units(study, look, index),
    ]
    for kind in HELP:
        panels.append(Columns(kind.capitalize(), [_images(study, look, name, index, kind) for name in names]))
        wrong = [name for name in names if _counts(study, name, index, kind).any()]
        if wrong:
            panels.append(Columns("", [_taken_for(study, look, name, index, kind) for name in wrong]))
    return Page(
        title=f"Category {category_name(study, index)}",
        trail=[Link(study.name, look.overview())],
        panels=panels,
        previous=Link(category_name(study, index - 1), look.category(index - 1)) if index else None,
        next=Link(category_name(study, index + 1), look.category(index + 1)) if index < last else None,
        choices=look.choices(study, f"categories/{index}"),
    )


def _card(study: StudyFiles, look: Look, name: str, index: int) -> Facts:
    here, there = (outcomes(study[d].samples, len(study.categories)) for d in (name, look.reference))
    accuracy, before = here.recall()[index], there.recall()[index]
    total, taken = int(here.confusions[index].sum()), int(here.confusions[:, index].sum())
    right = int(here.confusions[index, index])
    facts = [
        Fact(
            "accuracy",
            percent(float(accuracy)),
            "Share of the samples with this label that are predicted right.",
            note="reference" if name == look.reference else points(float(accuracy - before)),
        ),
        Fact("samples", count(total), "Samples with this label.", look.dataset(name, label=index)),
        Fact(
            "false negatives",
            count(total - right),
            HELP["false negatives"],
            look.dataset(name, label=index, show="wrong"),
        ),
        Fact("false positives", count(taken - right), HELP["false positives"]),
    ]
    return Facts(name, facts, role(look, name), look.dataset(name, label=index))


def _units(study: StudyFiles, look: Look, index: int) -> Table:
    maxima = study[look.reference].summary(look.layer, Maxima).largest
    names = look.ordered(study)
    means = {
        name: over_reference_maximum(study[name].summary(look.layer, CategorySums).means()[index], maxima)
        for name in names
    }
    rows = [
        [
            Cell(f"unit {unit}", look.unit(unit)),
            *(share_cell(float(means[name][unit])) for name in names),
            Cell(pictures=tuple(strongest(study, look, study[look.reference], look.layer, unit, 8))),
        ]
        for unit in responding(means[look.reference], UNITS)
    ]
    columns = [
        Column("unit", f"Units of {look.layer} by their mean response to the category in {look.reference}."),
        *(
            Column(
                name,
                "Mean response to the samples of this category over the unit's largest response in the reference.",
                numeric=True,
            )
            for name in names
        ),
        strip_column(look.reference),
    ]
    return Table(
        f"Units of {look.layer} that respond to it",
        columns,
        rows,
        empty="No unit responds to it in the reference.",
    )


def _counts(study: StudyFiles, name: str, index: int, kind: Kind) -> npt.NDArray[np.int64]:
    """(category,) samples of the category predicted as each other one, or of each other one predicted as it."""
    confusions = outcomes(study[name].samples, len(study.categories)).confusions
    counts = (confusions[index] if kind == "false negatives" else confusions[:, index]).copy()
    counts[index] = 0
    return counts


def _taken_for(study: StudyFiles, look: Look, name: str, index: int, kind: Kind) -> Table:
    counts = _counts(study, name, index, kind)
    total = int(counts.sum())
    others = [int(c) for c in np.argsort(-counts, kind="stable")[:OTHERS] if counts[c]]
    rows = []
    for other in others:
        pair = (index, other) if kind == "false negatives" else (other, index)
        share = float(counts[other] / total)
        rows.append(
            [
                Cell(category_name(study, other), look.confusion(*pair)),
                Cell(count(int(counts[other])), bar=share),
                Cell(percent(share)),
            ]
        )
    columns = [
        Column("predicted as" if kind == "false negatives" else "label", HELP[kind]),
        Column("samples", numeric=True),
        Column("share", f"Of the {kind} in this dataset.", numeric=True),
    ]
    return Table(f"{kind.capitalize()} in {name}", columns, rows)


def _images(study: StudyFiles, look: Look, name: str, index: int, kind: Kind) -> ImageStrip:
    wrong = mistaken(study[name].samples, **{"label" if kind == "false negatives" else "prediction": index})
    return ImageStrip(
        name,
        pictures(study, look, study[name], wrong[:IMAGES]),
        role(look, name),
        note=shown_of(len(wrong), IMAGES),
        empty=f"No {kind}.",
    )
