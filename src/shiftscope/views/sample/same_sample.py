"""The same sample in every dataset where ids agree, with what it is classified as."""

from __future__ import annotations

from shiftscope.arrays import NO_LABEL
from shiftscope.outcomes.outcomes import having
from shiftscope.store.formats.samples import StoredSample
from shiftscope.store.stored_recording import Recording
from shiftscope.views.page.panels import Cell, Column, Fold, Picture, Table, Twin, Twins
from shiftscope.views.page.section import section
from shiftscope.views.parts.number_text import count
from shiftscope.views.parts.pictures import category_name, pictures, role
from shiftscope.views.sample.sentence import share_text
from shiftscope.views.sample.shown_sample import ShownSample

SHOWN = 7  # sets: baseline, focus and five others


@section(ShownSample, place=10)
def same_sample(sample: ShownSample) -> Twins:
    """Baseline and focus first, then others in their order."""
    names = _ordered(sample)
    found = [_twin(sample, name) for name in names[:SHOWN]]
    rest = len(names) - len(found)
    more = f"{rest} more {'set has' if rest == 1 else 'sets have'} it: folded below." if rest > 0 else ""
    return Twins("", found, note=more)


@section(ShownSample, place=45)
def in_every_set(sample: ShownSample) -> Fold | None:
    """All of them in a table, where there are more than the pictures show."""
    names = _ordered(sample)
    if len(names) <= SHOWN:
        return None
    study = sample.selection.study
    rows: list[list[Cell]] = []
    wrong = 0
    for name in names:
        seen = study[name].samples[sample.places[name]]
        wrong += seen.correct is False
        answer = category_name(study, seen.prediction) if seen.prediction != NO_LABEL else "skipped"
        rows.append(
            [
                Cell(name, sample.selection.sample(name, seen.position)),
                Cell(answer),
                Cell({True: "right", False: "wrong", None: ""}[seen.correct]),
                Cell(share_text(seen.confidence), value=seen.confidence),
                Cell(pictures=tuple(pictures(sample.selection, study[name], [seen.position]))),
            ]
        )
    names_of = ("dataset", "classified", "", "probability", "image")
    columns = [Column(each, numeric=each == "probability") for each in names_of]
    says = f"{count(len(names))} sets have it; classified wrong in {count(wrong)}"
    return Fold("The same in every set", says, [Table("In every set", columns, rows)], "twins")


def _ordered(sample: ShownSample) -> list[str]:
    first = [name for name in (sample.selection.baseline, sample.selection.focus) if name in sample.places]
    own = [sample.recording.name]
    return list(dict.fromkeys([*first, *own, *sample.places]))


def _twin(sample: ShownSample, name: str) -> Twin:
    selection, recording = sample.selection, sample.selection.study[name]
    seen = recording.samples[sample.places[name]]
    (picture,) = pictures(selection, recording, [seen.position])
    skipped = seen.prediction == NO_LABEL
    like = None if skipped else _like(sample, recording, seen)
    return Twin(
        name,
        picture,
        "skipped" if skipped else category_name(selection.study, seen.prediction),
        role(selection, name) if name in (selection.baseline, selection.focus) else None,
        "" if skipped else share_text(seen.confidence),
        like,
        f"a {category_name(selection.study, seen.prediction)} in {selection.baseline}" if like else "",
        selection.sample(name, seen.position),
    )


def _like(sample: ShownSample, recording: Recording, seen: StoredSample) -> Picture | None:
    """The surest right sample of the wrong prediction in the baseline: what explains the answer."""
    if seen.correct is not False:
        return None
    selection = sample.selection
    baseline = selection.study[selection.baseline]
    right = having(baseline.samples, label=seen.prediction, prediction=seen.prediction)[:1]
    found = pictures(selection, baseline, right)
    return found[0] if found else None
