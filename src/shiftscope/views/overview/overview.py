"""The first page: what the shift did, in one look."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from shiftscope.arrays import NO_LABEL
from shiftscope.errors import BadRequest
from shiftscope.scores.score import UnitScore, unit_scores
from shiftscope.statistics.quartiles import quartiles
from shiftscope.store.formats.samples import Samples
from shiftscope.store.stored_study import StudyFiles
from shiftscope.views.overview.blamed_units import blamed_units
from shiftscope.views.overview.differing_units import Differences, differing
from shiftscope.views.overview.grown_confusions import grown_confusions, grown_in
from shiftscope.views.overview.lost_categories import lost_categories
from shiftscope.views.overview.shift_profile import shift_profile
from shiftscope.views.overview.shift_sentence import shift_sentence
from shiftscope.views.overview.shifted_units import shifted_units
from shiftscope.views.page.panels import (
    Cell,
    Choice,
    Column,
    Columns,
    Fact,
    Facts,
    ImageStrip,
    Link,
    Message,
    Page,
    Panel,
    Table,
)
from shiftscope.views.page.selection import Selection
from shiftscope.views.page.view import view
from shiftscope.views.parts.accuracy import accuracy_fact, answers
from shiftscope.views.parts.number_text import count, number, percent
from shiftscope.views.parts.pictures import category_name, pictures, role
from shiftscope.views.parts.unit_scores import estimated, title

ROWS = 10  # of the tables of confusions and units
CATEGORIES = 25
EXAMPLES = 6  # images of each dataset
MEDIANS = ("novelty", "spurious")  # scores in a dataset's card


@view("")
def overview(
    study: StudyFiles,
    *,
    layer: str | None = None,
    reference: str | None = None,
    lead: str | None = None,
    score: str | None = None,
) -> Page:
    """What each shift did: accuracy, the layers and units that changed, the categories and confusions to blame.

    Parameters
    ----------
    lead
        A shifted dataset: the tables hold what happened in it rather than under any shift.
    score
        Of the shift profile and of the most shifted units.
    """
    if not study.datasets:
        return Page(study.name, [Message("Nothing is recorded yet", _how_to_begin(study))])
    selection = Selection.at(study, layer, reference, lead)
    others = selection.others()
    shifts = others if selection.lead == selection.reference else [selection.lead]
    shown = _score(selection, score)
    differences = {name: differing(selection, name) for name in others}
    panels: list[Panel] = []
    if others:
        sentences = [Message(name, shift_sentence(selection, name, differences[name])) for name in others]
        panels.append(Columns("What the shift did", sentences))
    cards = [_dataset_card(selection, name, differences.get(name, [])) for name in selection.ordered()]
    panels.append(Columns("", cards))
    panels.append(Columns("", [_examples(selection, name) for name in selection.ordered()]))
    if others:
        panels.append(
            Columns("", [shift_profile(selection, shown), grown_confusions(selection, shifts, ROWS)])
        )
    panels.append(lost_categories(selection, shifts, CATEGORIES))
    if others:
        panels.append(blamed_units(selection, shifts, ROWS))
        panels.append(shifted_units(selection, [selection.layer], shown, shifts, ROWS))
    panels.append(_layers(selection, shown))
    model = study.manifest.model
    # Other tools do not tell how many.
    size = f", {count(model['parameters'])} parameters" if "parameters" in model else ""
    unfinished = study.unfinished()
    started = f" Not finished: {', '.join(unfinished)}; record again to go on." if unfinished else ""
    return Page(
        title=study.name,
        subtitle=f"{str(model['class']).removeprefix('__main__.')}{size}.{started}",
        panels=panels,
        choices=[*selection.choices("", score=score), *([_score_choice(selection, shown)] if others else [])],
    )


def _how_to_begin(study: StudyFiles) -> str:
    begun = (
        f" {', '.join(study.unfinished())}: begun; the same command goes on." if study.unfinished() else ""
    )
    return (
        f"Show a dataset to the model: study.record(...) in Python, or shiftscope record {study.path}.{begun}"
    )


def _comparing() -> dict[str, UnitScore]:
    return {name: score for name, score in unit_scores.items() if score.compares}


def _score(selection: Selection, asked: str | None) -> UnitScore:
    """The score asked for; by default one that no direction of change cancels, if single responses are there."""
    kept = all(recording.keeps_responses for recording in selection.study.values())
    known, name = _comparing(), asked or ("wasserstein" if kept else "novelty")
    if name not in known:
        raise BadRequest(f"no score {name!r} compares two datasets; there are {', '.join(known)}.")
    return known[name]


def _score_choice(selection: Selection, shown: UnitScore) -> Choice:
    return Choice(
        "Score",
        [
            Link(title(name), selection.page("", score=name), score.help)
            for name, score in _comparing().items()
        ],
        title(shown.name),
        "Of the chart by layer and of the most shifted units.",
    )


def _dataset_card(selection: Selection, name: str, differences: Differences) -> Facts:
    samples, usual = selection.study[name].samples, answers(selection, selection.reference)
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
    if name != selection.reference:
        facts += [
            *_differing_facts(selection, name, differences),
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
            selection.layer_page(lead=name, where=way.where, sort=way.score),
        )
        for way, found in differences
    ]


def _confusion_fact(selection: Selection, name: str) -> list[Fact]:
    return [
        Fact(
            "confusion that grew most",
            f"{category_name(selection.study, one.actual)} → {category_name(selection.study, one.predicted)}",
            f"Share of this prediction among the samples with this label, minus that in {selection.reference}.",
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
        selection.layer_page(lead=dataset, sort=score),
        note="; ".join(notes),
    )


def _examples(selection: Selection, name: str) -> ImageStrip:
    """The first image of each of the first categories: in sets of the same objects, the same ones."""
    recording = selection.study[name]
    labelled = _first_of_each(recording.samples)
    chosen = labelled or range(min(EXAMPLES, len(recording.samples)))
    return ImageStrip(
        f"Images of {name}",
        pictures(selection, recording, chosen),
        role(selection, name),
        note="The first image of each of the first categories." if labelled else "The first images.",
    )


@lru_cache(maxsize=16)
def _first_of_each(samples: Samples) -> list[int]:
    """Positions, one for each of the first categories that have a sample."""
    order = np.argsort(samples.labels, kind="stable")
    labels = samples.labels[order]
    first = order[(np.diff(labels, prepend=NO_LABEL) > 0)]
    found: list[int] = first[:EXAMPLES].tolist()
    return found


def _layers(selection: Selection, score: UnitScore) -> Table:
    others = selection.others()
    rows = []
    for name, layer in selection.study.layers.items():
        cells = [
            Cell(name, selection.layer_page(name)),
            Cell(layer.module_type),
            Cell(layer.read_as),
            Cell(count(layer.units), value=layer.units),
        ]
        for dataset in others:
            _, middle, _ = quartiles(estimated(selection, dataset, name)[score.name].value)
            page = selection.layer_page(name, lead=dataset, sort=score.name)
            cells.append(Cell(number(middle), page, value=middle))
        rows.append(cells)
    named = title(score.name)
    columns = [
        Column("layer"),
        Column("module"),
        Column("unit kind", "What one unit is, and how a map or token sequence became one number."),
        Column("units", numeric=True),
        *(
            Column(d, f"Median {named} of the layer's units under {d}. {score.help}", numeric=True)
            for d in others
        ),
    ]
    with_medians = f", with the median {named} of their units under each shift" if others else ""
    return Table(f"Layers recorded{with_medians}", columns, rows)
