"""What in an image counts for its answer, its label, and units: maps that the study keeps of it."""

from __future__ import annotations

from collections.abc import Sequence

from shiftscope.explain.attribution.attributions import Attributions
from shiftscope.explain.attribution.stored_attributions import attributions_at
from shiftscope.store.formats.samples import StoredSample
from shiftscope.store.layout import LOGITS
from shiftscope.store.stored_recording import Recording
from shiftscope.views.page.panels import Fold, ImageStrip, Picture, Span, StripGroup, StripGroups
from shiftscope.views.page.section import section
from shiftscope.views.parts.maps import BELOW, end_of_scale, filtered_in_words, map_pictures
from shiftscope.views.parts.number_text import count
from shiftscope.views.parts.pictures import category_name, pictures
from shiftscope.views.sample.shown_sample import ShownSample

MOST = 12  # maps of one set


@section(ShownSample, place=30)
def where(sample: ShownSample) -> Fold | None:
    """The image beside its maps, in each set that has some; those of the prediction and of the label first."""
    groups = []
    number = 0
    for name in sample.sets:
        recording = sample.selection.study[name]
        seen = recording.samples[sample.places[name]]
        found = [
            each for each in attributions_at(sample.selection.study, name, seen.position) if each.of_pictures
        ]
        if found:
            number += len(found)
            groups.append(_group(sample, recording, seen, found))
    if not groups:
        return None
    says = f"{count(number)} {'map' if number == 1 else 'maps'} of this image"
    note = (
        f"each map in a scale of its own: empty is 0, and {BELOW:g} % of the places lie below the full colour"
    )
    return Fold("What in it counts", says, [StripGroups("", groups, note, captioned=True)], "where")


def _group(
    sample: ShownSample, recording: Recording, seen: StoredSample, found: Sequence[Attributions]
) -> StripGroup:
    """The image, and below it the maps of each method."""
    selection = sample.selection
    by_method: dict[str, list[Picture]] = {}
    for each in sorted(found, key=lambda each: _place(each, seen))[:MOST]:
        row = each.positions.tolist().index(seen.position)
        drawn = map_pictures(selection, each, [row], end_of_scale([each], row), _called(sample, each, seen))
        by_method.setdefault(filtered_in_words(each), []).extend(drawn)
    rest = len(found) - MOST
    more = f", {count(rest)} more maps are kept" if rest > 0 else ""
    image = ImageStrip(f"image{more}", pictures(selection, recording, [seen.position]))
    strips = [ImageStrip(method, drawn) for method, drawn in by_method.items()]
    return StripGroup([Span(recording.name, "strong")], [image, *strips])


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
