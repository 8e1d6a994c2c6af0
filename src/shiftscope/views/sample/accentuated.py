"""The image with more of what units read in it: pictures that the study keeps, and what draws them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from shiftscope.explain.visualisation.picture_question import ACCENTUATION, PictureQuestion
from shiftscope.explain.visualisation.stored_pictures import pictures_from
from shiftscope.explain.visualisation.visualised import Visualised
from shiftscope.store.layout import LOGITS
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
)
from shiftscope.views.page.section import section
from shiftscope.views.parts.pictures.looks_like_in_words import drives_in_words
from shiftscope.views.parts.pictures.made_pictures import (
    STEPS,
    STEPS_SAY,
    STRENGTH,
    STRENGTH_SAYS,
    Drawn,
    most_usual,
    over_steps,
    over_strength,
    sides_of,
)
from shiftscope.views.parts.pictures.pictures import role
from shiftscope.views.parts.pictures.visualising import command, drawing_form
from shiftscope.views.sample.shown_sample import ShownSample, lacking

TITLE, KEY = "More of a unit in it", "accentuated"
MOST = 6  # pictures of one set
Kept = Mapping[str, Sequence[Drawn]]  # by set


@section(ShownSample, place=58)
def accentuated(sample: ShownSample) -> Fold | None:
    """The image, the image with more of a unit and the difference, in each set that has some; what draws another."""
    kept = pictures_from(sample.selection.study, sample.places)
    panels: list[Panel] = []
    if kept:
        note = "where the difference is grey, nothing changed"
        panels.append(_strips(sample, kept, lambda question, found: _sides(sample, question, found), note))
        panels += _over_steps(sample, kept) + _over_strength(sample, kept)
    if offer := _offer(sample):
        panels.append(offer)
    if not panels:
        return None
    return Fold(TITLE, _says(sample, kept) if kept else "none is drawn yet", panels, KEY)


def _says(sample: ShownSample, kept: Kept) -> str:
    """How strongly the first picture drives its unit, and which other units have some."""
    of_set = next(iter(kept.values()))
    question, found = _one_a_unit(of_set)[0]
    own = _called(sample, question.layer, question.unit)
    others = [each for each in _units(sample, kept) if each != own]
    driven = f" driven {drives_in_words(found)}" if found.reached and not found.dead else ""
    return "; ".join([f"{own}{driven}", *others])


def _strips(
    sample: ShownSample,
    kept: Kept,
    shown: Callable[[PictureQuestion, Visualised], list[Picture]],
    note: str = "",
) -> StripGroups:
    """A group for each set, in it a strip for each of the first units whose picture has something to show."""
    groups = []
    for name in sample.sets:
        strips = [
            ImageStrip(_called(sample, question.layer, question.unit), pictures, role(sample.selection, name))
            for question, found in _one_a_unit(kept.get(name, ()))[:MOST]
            if (pictures := shown(question, found))
        ]
        if strips:
            groups.append(StripGroup([Span(name, "strong")], strips))
    return StripGroups("", groups, note, captioned=True)


def _sides(sample: ShownSample, question: PictureQuestion, found: Visualised) -> list[Picture]:
    """Each leads to the unit."""
    selection, unit = sample.selection, question.unit
    of_logit = question.layer == LOGITS
    page = selection.category(unit) if of_logit else selection.unit(unit, question.layer)
    return sides_of(selection.study, question, found, page)


def _units(sample: ShownSample, kept: Kept) -> list[str]:
    drawn = [question for name in kept for question, _ in kept[name]]
    return list(dict.fromkeys(_called(sample, question.layer, question.unit) for question in drawn))


def _called(sample: ShownSample, layer: str, unit: int) -> str:
    if layer == LOGITS:
        return f"the logit of {sample.selection.study.categories[unit]}"
    return f"unit {unit} of {layer}"


def _one_a_unit(kept: Sequence[Drawn]) -> list[Drawn]:
    best: dict[tuple[str, int], Drawn] = {}
    for question, found in kept:
        unit = question.layer, question.unit
        if unit not in best or most_usual(question) > most_usual(best[unit][0]):
            best[unit] = question, found
    return list(best.values())


def _over_steps(sample: ShownSample, kept: Kept) -> list[Panel]:
    strips = _strips(
        sample, kept, lambda question, found: over_steps(sample.selection.study, question, found)
    )
    return [Fold(STEPS, STEPS_SAY, [strips], f"{KEY}-steps")] if strips.groups else []


def _over_strength(sample: ShownSample, kept: Kept) -> list[Panel]:
    """A strip for each unit for which the image is kept with several strengths."""
    groups = []
    for name in sample.sets:
        units: dict[tuple[str, int], list[Drawn]] = {}
        for question, found in kept.get(name, ()):
            units.setdefault((question.layer, question.unit), []).append((question, found))
        strips = [
            ImageStrip(_called(sample, layer, unit), pictures, role(sample.selection, name))
            for (layer, unit), drawn in units.items()
            for pictures in over_strength(sample.selection.study, drawn).values()
        ]
        if strips:
            groups.append(StripGroup([Span(name, "strong")], strips))
    panel = StripGroups("", groups, captioned=True)
    return [Fold(STRENGTH, STRENGTH_SAYS, [panel], f"{KEY}-strength")] if groups else []


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
        parameters={"sample": position, "method": ACCENTUATION, "dataset": name},
        page=sample.at(),
        datasets=(name,),
        fields=[
            Field("layer", "Layer", layer, "Recorded or derived.", choices=layers),
            Field("unit", "Unit", str(unit), "Its number."),
            Field(
                "strengths",
                "Strengths",
                "1",
                "How strongly it is held back; 1 as usual, or several, as 3 1 0.3.",
            ),
        ],
    )
    line = command(study, layer, unit, ACCENTUATION, name, position)
    return form or Code("This command draws one for a unit, and keeps it", line)
