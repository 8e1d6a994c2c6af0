"""The images whose answer a change of units fixed or broke."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from shiftscope.counted import counted
from shiftscope.explain.interventions.intervention import Answers
from shiftscope.outcomes.outcomes import Positions
from shiftscope.views.intervention.shown_intervention import ShownIntervention
from shiftscope.views.page.panels import Fold, Panel, StripGroups
from shiftscope.views.page.section import section
from shiftscope.views.page.selection import Selection
from shiftscope.views.parts.changed.turned_picture import turned_picture
from shiftscope.views.parts.changed.turned_samples import turned_samples
from shiftscope.views.parts.number_text import count
from shiftscope.views.parts.sets.image_sets import image_sets


@section(ShownIntervention, place=30)
def images(shown: ShownIntervention) -> list[Panel]:
    """Those of the focus that are right now, and those that are wrong now; those of the other datasets folded."""
    if not shown.done:
        return []
    answers, focus = dict(shown.done.answers), shown.selection.focus
    here = answers.pop(focus, None)
    panels: list[Panel] = [_of_focus(shown, here)] if here else []
    return [*panels, _folded(shown, answers)] if answers else panels


def _of_focus(shown: ShownIntervention, here: Answers) -> StripGroups:
    selection, focus = shown.selection, shown.selection.focus
    fixed, broken = (_confident_first(selection, focus, found) for found in (here.fixed, here.broken))
    return turned_samples(
        selection,
        focus,
        here,
        (fixed, broken),
        shown.images,
        lambda images: shown.at(images=images),
        where=f" in {focus}",
    )


def _folded(shown: ShownIntervention, answers: Mapping[str, Answers]) -> Fold:
    fixed = {name: each.fixed for name, each in answers.items()}
    broken = {name: each.broken for name, each in answers.items()}
    panels = [_strips(shown, answers, "Fixed", fixed), _strips(shown, answers, "Broken", broken)]
    told = f"{_total(fixed)} fixed, {_total(broken)} broken"
    return Fold("In the other sets", f"{told} in {counted(len(answers), 'set', count)}", panels, "other-sets")


def _total(found: Mapping[str, Positions]) -> str:
    return count(sum(map(len, found.values())))


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
