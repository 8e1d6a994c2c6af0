"""The image with more of what units read in it: pictures that the study keeps, and what draws them."""

from __future__ import annotations

import numpy as np

from shiftscope.explain.visualisation.stored_pictures import pictures_from
from shiftscope.views.page.panels import Code, Field, Fold, ImageStrip, Panel, Span, StripGroup, StripGroups
from shiftscope.views.page.section import section
from shiftscope.views.parts.made_pictures import sides_of
from shiftscope.views.parts.number_text import count
from shiftscope.views.parts.pictures import role
from shiftscope.views.parts.visualising import command, drawing_form
from shiftscope.views.sample.shown_sample import ShownSample, lacking

TITLE, KEY = "More of a unit in it", "accentuated"
MOST = 6  # pictures of one set


@section(ShownSample, place=58)
def accentuated(sample: ShownSample) -> Fold | None:
    """The image, the image with more of a unit and the difference, in each set that has some; what draws another."""
    selection = sample.selection
    groups, number = [], 0
    for name in sample.sets:
        found = list(pictures_from(selection.study, name, sample.places[name]))
        number += len(found)
        strips = [
            ImageStrip(
                f"{question.layer}:{question.unit}",
                sides_of(selection.study, question, drawn),
                role(selection, name),
            )
            for question, drawn in found[:MOST]
        ]
        if strips:
            groups.append(StripGroup([Span(name, "strong")], strips))
    panels: list[Panel] = []
    if groups:
        note = "where the difference is grey, nothing changed"
        panels.append(StripGroups("", groups, note, captioned=True))
    if offer := _offer(sample):
        panels.append(offer)
    if not panels:
        return None
    says = (
        f"{count(number)} {'picture' if number == 1 else 'pictures'} kept" if number else "none is drawn yet"
    )
    return Fold(TITLE, says, panels, KEY)


def _offer(sample: ShownSample) -> Panel | None:
    """For a unit that is chosen, the one that responds most in the last layer where nothing else is said."""
    recording, seen = sample.focused
    study, name, position = sample.selection.study, recording.name, seen.position
    if not recording.samples.pictured[position] or lacking(recording, seen):
        return None
    layers = list(study.layers)
    if not layers:
        return None
    layer = layers[-1]
    unit = 0
    if recording.holding(layer).keeps_responses:
        unit = int(np.nanargmax(recording.responses_at(layer, [position])[0]))
    form = drawing_form(
        study,
        "Accentuate this image",
        f"The image, changed so that a unit responds more, while an early layer says nearly the same. It is image "
        f"{position} of {name}.",
        parameters={"sample": position},
        page=sample.at(),
        methods=("accentuation",),
        datasets=(name,),
        fields=[
            Field("layer", "Layer", layer, "Recorded or derived.", choices=layers),
            Field("unit", "Unit", str(unit), "Its number."),
        ],
    )
    line = command(study, layer, unit, "accentuation", name, position)
    return form or Code("This command draws one for a unit, and keeps it", line)
