"""What in an image counts for its answer, its label, and units: maps that the study keeps of it."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence

import numpy as np

from shiftscope.arrays import NO_LABEL
from shiftscope.counted import counted
from shiftscope.explain.attribution.attributions import Attributions
from shiftscope.explain.attribution.stored_attributions import attributions_at
from shiftscope.store.formats.samples import StoredSample
from shiftscope.store.layout import LOGITS
from shiftscope.store.stored_recording import Recording
from shiftscope.views.page.panels import (
    Code,
    Field,
    Fold,
    ImageStrip,
    Panel,
    Picture,
    Span,
    StripGroup,
    StripGroups,
    Words,
)
from shiftscope.views.page.section import section
from shiftscope.views.parts.category_name import category_name
from shiftscope.views.parts.computation import computation
from shiftscope.views.parts.in_a_row import in_a_row
from shiftscope.views.parts.maps.map_form import (
    USUAL,
    in_command,
    low_pass_field,
    method_field,
    price_in_words,
    sanity_field,
)
from shiftscope.views.parts.maps.maps import BELOW, end_of_scale, filtered_in_words, map_pictures
from shiftscope.views.parts.number_text import count
from shiftscope.views.parts.pictures.pictures import pictures
from shiftscope.views.sample.belief import ImageMap, belief_table
from shiftscope.views.sample.shown_sample import ShownSample, lacking

MOST = 12  # maps of one set
PROPOSED = 5  # units


@section(ShownSample, place=30)
def where(sample: ShownSample) -> Fold | None:
    """The image beside its maps, in each set that has some; those of the prediction and of the label first."""
    groups, shown = [], []
    number = 0
    for name in sample.sets:
        recording = sample.selection.study[name]
        seen = recording.samples[sample.places[name]]
        found = [
            each for each in attributions_at(sample.selection.study, name, seen.position) if each.of_pictures
        ]
        if found:
            number += len(found)
            ordered = sorted(found, key=lambda each: _place(each, seen))[:MOST]
            groups.append(_group(sample, recording, seen, ordered, len(found) - len(ordered)))
            shown += [_of_image(sample, each, seen) for each in ordered]
    note = (
        f"each map in a scale of its own: empty is 0, and {BELOW:g} % of the places lie below the full colour"
    )
    offer, belief = _offer(sample), belief_table(shown)
    panels = [
        *([StripGroups("", groups, note, captioned=True)] if groups else []),
        *([belief] if belief else []),
        *([offer] if offer else []),
    ]
    return Fold("What in it counts", _says(number, shown), panels, "where") if panels else None


def _says(number: int, shown: Sequence[ImageMap]) -> Words:
    """How many maps there are, and which of them are not to be read."""
    if not number:
        return "no maps are kept yet"
    said = f"{counted(number, 'map', count)} of this image"
    wrong = list(dict.fromkeys(filtered_in_words(each.found) for each in shown if not each.readable))
    if not wrong:
        return said
    why = f"; do not read {in_a_row(wrong)}: such a map does not depend on what the model learned"
    return [said, Span(why, "bad")]


def _offer(sample: ShownSample) -> Panel | None:
    """What computes a map of the image, and of the same one in the baseline; none of what is no picture."""
    study, (recording, seen) = sample.selection.study, sample.focused
    places = [(recording.name, seen.position)]
    if sample.before:
        places.append((sample.before[0].name, sample.before[1].position))
    if any(
        study[name].samples[place].problem or not study[name].samples.pictured[place]
        for name, place in places
    ):
        return None
    in_sets = " and ".join(name for name, _ in places)
    other, there = places[1] if len(places) > 1 else ("", 0)
    offer = computation(
        study,
        "Compute what counts",
        f"A map of this image in {in_sets}. {price_in_words(len(places))}",
        kind="attribute_image",
        parameters={"dataset": recording.name, "position": seen.position, "other": other, "there": there},
        page=sample.at(),
        fields=[
            Field(
                "of",
                "Map of",
                "prediction",
                f"The prediction, the label, or a unit as {sample.selection.layer}:3.",
                choices=_proposed(sample),
            ),
            method_field(USUAL),
            low_pass_field(),
            sanity_field(),
        ],
    )
    return offer or Code("These commands compute and keep them", "\n".join(_commands(sample, places)))


def _proposed(sample: ShownSample) -> tuple[str, ...]:
    """Its prediction, its label where it has one, and the units that respond most to it in the layer in force."""
    recording, seen = sample.focused
    own = ("prediction", *(("label",) if seen.label != NO_LABEL else ()))
    if lacking(recording, seen):
        return own
    layer = sample.selection.layer
    responses = np.nan_to_num(recording.sample_responses(layer, seen.position).astype(np.float64))
    return (*own, *(f"{layer}:{unit}" for unit in np.argsort(-responses, kind="stable")[:PROPOSED].tolist()))


def _commands(image: ShownSample, places: Sequence[tuple[str, int]]) -> Iterator[str]:
    """The lines for a terminal, of the prediction; which model, only the reader knows."""
    study = image.selection.study
    for name, position in places:
        seen = study[name].samples[position]
        words = ["shiftscope", "attribute", str(study.path), "--unit", str(seen.prediction)]
        words += ["--method", USUAL, "--dataset", name, "--samples", *in_command(seen)]
        yield f"{shlex.join(words)} --model ..."


def _of_image(sample: ShownSample, found: Attributions, seen: StoredSample) -> ImageMap:
    called = f"{_called(sample, found, seen)}, {filtered_in_words(found)}"
    return ImageMap(found.question.dataset, called, found, _row(found, seen))


def _row(found: Attributions, seen: StoredSample) -> int:
    """That of the image, among those whose maps are kept together."""
    return int(found.positions.tolist().index(seen.position))


def _group(
    sample: ShownSample, recording: Recording, seen: StoredSample, shown: Sequence[Attributions], rest: int
) -> StripGroup:
    """The image, and below it the maps of each method; `rest` are kept and not shown."""
    selection = sample.selection
    by_method: dict[str, list[Picture]] = {}
    for each in shown:
        row = _row(each, seen)
        drawn = map_pictures(selection, each, [row], end_of_scale([each], row), _called(sample, each, seen))
        by_method.setdefault(filtered_in_words(each), []).extend(drawn)
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
