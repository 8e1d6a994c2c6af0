"""What in an image counts for its answer, its label, and units: maps that the study keeps of it."""

from __future__ import annotations

from collections.abc import Sequence

from shiftscope.explain.attribution.attributions import LOGITS, Attributions
from shiftscope.explain.attribution.stored_attributions import attributions_at
from shiftscope.store.formats.samples import StoredSample
from shiftscope.store.stored_recording import Recording
from shiftscope.views.page.panels import Compared, Fold, ImageStrip, Picture
from shiftscope.views.page.section import section
from shiftscope.views.parts.maps import end_of_scale, filtered_in_words, map_pictures
from shiftscope.views.parts.number_text import count
from shiftscope.views.parts.pictures import category_name, pictures, role
from shiftscope.views.sample.shown_sample import ShownSample

MOST = 12  # maps of one set


@section(ShownSample, place=30)
def where(sample: ShownSample) -> Fold | None:
    """The image beside its maps, in each set that has some; those of the prediction and of the label first."""
    strips = []
    number = 0
    for name in sample.sets:
        recording = sample.selection.study[name]
        position = sample.places[name]
        found = [each for each in attributions_at(sample.selection.study, name, position) if each.of_pictures]
        if found:
            number += len(found)
            strips.append(_strip(sample, recording, recording.samples[position], found))
    if not strips:
        return None
    note = "each map in a scale of its own: empty is 0, and the darkest its strongest places"
    says = f"{count(number)} {'map' if number == 1 else 'maps'} of this image"
    return Fold("What in it counts", says, [Compared("", strips, note)], "where")


def _strip(
    sample: ShownSample, recording: Recording, seen: StoredSample, found: Sequence[Attributions]
) -> ImageStrip:
    selection = sample.selection
    ordered = sorted(found, key=lambda each: _place(each, seen))
    drawn: list[Picture] = pictures(selection, recording, [seen.position])
    for each in ordered[:MOST]:
        row = each.positions.tolist().index(seen.position)
        called = f"{_called(sample, each, seen)}, {filtered_in_words(each)}"
        drawn += map_pictures(selection, each, [row], end_of_scale([each]), called)
    rest = len(ordered) - MOST
    note = f"{count(rest)} more maps are kept" if rest > 0 else ""
    return ImageStrip(recording.name, drawn, role(selection, recording.name), note)


def _place(found: Attributions, seen: StoredSample) -> tuple[int, str, int, str]:
    question = found.question
    logit = question.layer == LOGITS
    first = (
        0 if logit and question.unit == seen.prediction else 1 if logit and question.unit == seen.label else 2
    )
    return first, question.layer, question.unit, filtered_in_words(found)


def _called(sample: ShownSample, found: Attributions, seen: StoredSample) -> str:
    question = found.question
    if question.layer != LOGITS:
        return f"{question.layer}:{question.unit}"
    what = {seen.label: "label ", seen.prediction: "prediction "}.get(question.unit, "logit of ")
    return what + category_name(sample.selection.study, question.unit)
