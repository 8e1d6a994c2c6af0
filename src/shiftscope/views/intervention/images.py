"""The images whose answer a change of units fixed or broke."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from shiftscope.explain.interventions.intervention import Answers
from shiftscope.outcomes.outcomes import Positions
from shiftscope.views.intervention.shown_intervention import ShownIntervention
from shiftscope.views.page.panels import Panel
from shiftscope.views.page.section import section
from shiftscope.views.page.selection import Selection
from shiftscope.views.parts.image_sets import image_sets
from shiftscope.views.parts.turned_picture import turned_picture


@section(ShownIntervention, place=30)
def images(shown: ShownIntervention) -> list[Panel]:
    """Those that are right now, then those that are wrong now."""
    if not shown.done:
        return []
    answers = shown.done.answers
    return [
        _strips(shown, answers, "Fixed", {name: each.fixed for name, each in answers.items()}),
        _strips(shown, answers, "Broken", {name: each.broken for name, each in answers.items()}),
    ]


def _strips(
    shown: ShownIntervention, answers: Mapping[str, Answers], title: str, found: Mapping[str, Positions]
) -> Panel:
    selection = shown.selection
    return image_sets(
        selection,
        title,
        {name: _confident_first(selection, name, positions) for name, positions in found.items()},
        shown.images,
        lambda images: shown.at(images=images),
        drawn=lambda picture: turned_picture(selection.study, answers[picture.dataset], picture),
        empty=f"No answer is {title.casefold()}.",
    )


def _confident_first(selection: Selection, name: str, positions: Positions) -> Positions:
    return positions[np.argsort(-selection.study[name].samples.confidences[positions], kind="stable")]
