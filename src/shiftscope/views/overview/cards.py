"""How well the model does on each dataset, and what each shift changed."""

from __future__ import annotations

import numpy as np

from shiftscope.scores.score import unit_scores
from shiftscope.statistics.quartiles import quartiles
from shiftscope.views.overview.differing import Differences
from shiftscope.views.overview.shown_overview import ShownOverview
from shiftscope.views.page.panels import Columns, Fact, Facts
from shiftscope.views.page.section import section
from shiftscope.views.page.selection import Selection
from shiftscope.views.parts.accuracy import accuracy_fact, answers
from shiftscope.views.parts.grown_in import grown_in
from shiftscope.views.parts.number_text import count, number, percent
from shiftscope.views.parts.pictures import category_name, role
from shiftscope.views.parts.unit_scores import estimated, title

MEDIANS = ("novelty", "spurious")  # scores in a dataset's card


@section(ShownOverview, place=20)
def cards(overview: ShownOverview) -> Columns:
    """A card for each dataset."""
    return Columns("", [_card(overview, name) for name in overview.selection.ordered()])


def _card(overview: ShownOverview, name: str) -> Facts:
    selection = overview.selection
    samples, usual = selection.study[name].samples, answers(selection, selection.baseline)
    right, labelled = answers(selection, name)
    unlabelled = len(samples) - labelled - samples.skipped
    facts = [
        accuracy_fact(
            selection, name, (right, labelled), usual, of="labelled samples", page=selection.dataset(name)
        ),
        Fact(
            "samples",
            count(len(samples)),
            "Samples recorded.",
            selection.dataset(name),
            note=", ".join(
                f"{count(n)} {what}"
                for n, what in ((unlabelled, "unlabelled"), (samples.skipped, "skipped"))
                if n
            ),
        ),
        Fact(
            "wrong",
            count(labelled - right),
            "Labelled samples predicted as another category.",
            selection.dataset(name, show="wrong"),
        ),
    ]
    if name != selection.baseline:
        facts += [
            *_differing_facts(selection, name, overview.differences[name]),
            *_confusion_fact(selection, name),
            *(_score_fact(selection, name, score) for score in MEDIANS),
        ]
    return Facts(name, facts, role(selection, name), selection.dataset(name))


def _differing_facts(selection: Selection, name: str, differences: Differences) -> list[Fact]:
    units = selection.study.layer(selection.layer).units
    return [
        Fact(
            f"units that {way.verb}",
            f"{count(found)} of {count(units)}",
            f"Units of {selection.layer} with {way.criterion}. {way.help}",
            selection.layer_page(focus=name, where=way.where, sort=way.score),
        )
        for way, found in differences
    ]


def _confusion_fact(selection: Selection, name: str) -> list[Fact]:
    return [
        Fact(
            "confusion that grew most",
            f"{category_name(selection.study, one.actual)} → {category_name(selection.study, one.predicted)}",
            f"Share of this prediction among the samples with this label, minus that in {selection.baseline}.",
            selection.confusion(one.actual, one.predicted),
            note=f"{percent(one.share)}, up from {percent(one.usual_share)}",
        )
        for one in grown_in(selection, name, 1)
    ]


def _score_fact(selection: Selection, dataset: str, score: str) -> Fact:
    estimate = estimated(selection, dataset)[score]
    values, notes = estimate.value, []
    if estimate.floor is not None and not np.isnan(estimate.floor).all():
        flat = int(estimate.flat.sum())
        notes.append(f"floor {number(quartiles(estimate.floor)[1])}{f', {count(flat)} flat' if flat else ''}")
    if undefined := int(np.isnan(values).sum()):
        notes.append(f"{undefined} of {len(values)} undefined")
    return Fact(
        f"median {title(score)}",
        number(quartiles(values)[1]),
        f"Median over the units of {selection.layer}. {unit_scores[score].help}",
        selection.layer_page(focus=dataset, sort=score),
        note="; ".join(notes),
    )
