"""One image: what the model said, and the units it moves most."""

from __future__ import annotations

from dataclasses import replace

from shiftscope.arrays import NO_LABEL
from shiftscope.store.stored_study import StoredStudy
from shiftscope.views.page.address import PageAddress
from shiftscope.views.page.panels import Choice, Link, Page, Span
from shiftscope.views.page.section import panels_of
from shiftscope.views.page.selection import Selection, Sets
from shiftscope.views.page.view import view
from shiftscope.views.parts.category_name import category_name
from shiftscope.views.parts.derived.gate import Gate
from shiftscope.views.sample.sentence import sample_sentence
from shiftscope.views.sample.shown_sample import ShownSample
from shiftscope.views.sample.votes import compared_with, votes_of

VOTES = (
    "A unit fell silent, or now argues, where one of its two contributions is less than a third of the other."
)


@view("datasets/{dataset}/samples/{position}")
def sample(
    study: StoredStudy,
    dataset: str,
    position: int,
    *,
    layer: str | None = None,
    baseline: str | None = None,
    focus: str | None = None,
    sets: Sets = None,
) -> Page:
    """One sample with its predictions, its metadata, and its strongest units beside their usual images."""
    selection = Selection.at(study, layer, baseline, focus, sets)
    recording = study[dataset]
    at = PageAddress(selection, f"{selection.at_dataset(dataset)}/samples/{position}", sample)
    shown = ShownSample.of(selection, recording, position, at)
    last = len(recording.samples) - 1

    def neighbour(other: int) -> Link | None:
        return Link(f"image {other}", selection.sample(dataset, other)) if 0 <= other <= last else None

    _, against = shown.selection.dataset_choices(at.path)
    gate = Gate(shown.selection, shown.selection.layer)
    return Page(
        title=f"{dataset}, image {position}",
        sentence=_sentence(shown),
        lede=_lede(shown, gate),
        trail=[Link(study.name, selection.overview()), Link(dataset, selection.dataset(dataset))],
        panels=[
            *gate.said((shown.selection.baseline, shown.selection.focus)),
            *panels_of(shown, gate.passed),
        ],
        previous=neighbour(position - 1),
        next=neighbour(position + 1),
        choices=[_focus(shown), against, shown.selection.layer_choice(at.path)],
    )


def _focus(shown: ShownSample) -> Choice:
    """The same sample as the focus: the pages of the sets that have it."""
    selection = shown.selection
    options = [
        Link(name, replace(selection, asked_focus=name).sample(name, position))
        for name, position in shown.places.items()
        if name != selection.baseline
    ]
    help = "The same image in another dataset." if len(options) > 1 else "No other dataset has this image."
    return Choice("Focus", options or [Link(selection.focus, shown.at())], selection.focus, help)


def _sentence(shown: ShownSample) -> str:
    study, (recording, seen) = shown.selection.study, shown.focused

    def name(category: int) -> str | None:
        return None if category == NO_LABEL else category_name(study, category)

    then = name(shown.before[1].prediction) if shown.before else None
    before = (then, shown.selection.baseline) if then else None
    return sample_sentence(name(seen.label), before, recording.name, name(seen.prediction))


def _lede(shown: ShownSample, gate: Gate) -> list[str | Span]:
    words: list[str | Span] = [f"Image {shown.position} of {shown.recording.name} (id {shown.seen.id}). "]
    names = shown.selection.baseline, shown.focused[0].name
    votes = None if any(gate.refuses(name) for name in names) else votes_of(shown)
    if votes and (said := votes.in_words()):
        words.append(Span(said, help=f"Compared with {compared_with(shown)}. {VOTES}"))
    return words
