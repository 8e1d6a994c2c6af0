"""The same sample in every dataset where ids agree, with what it is classified as."""

from __future__ import annotations

from shiftscope.arrays import NO_LABEL
from shiftscope.outcomes.outcomes import having
from shiftscope.store.formats.samples import StoredSample
from shiftscope.store.stored_recording import Recording
from shiftscope.views.page.panels import Picture, Twin, Twins
from shiftscope.views.page.section import section
from shiftscope.views.parts.category_name import category_name
from shiftscope.views.parts.pictures.pictures import pictures, role
from shiftscope.views.sample.sentence import share_text
from shiftscope.views.sample.shown_sample import ShownSample

SHOWN = 7  # sets: baseline, focus and five others


@section(ShownSample, place=10)
def same_sample(sample: ShownSample) -> Twins:
    """Baseline and focus first, then others in their order."""
    names = sample.sets
    found = [_twin(sample, name) for name in names[:SHOWN]]
    rest = len(names) - len(found)
    more = f"{rest} more {'set has' if rest == 1 else 'sets have'} it: folded below." if rest > 0 else ""
    return Twins("", found, note=more)


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
