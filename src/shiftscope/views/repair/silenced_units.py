"""The units that are silenced."""

from __future__ import annotations

from collections.abc import Sequence

from shiftscope.summaries.moments import Moments
from shiftscope.views.page.panels import ImageStrip, Span, StripGroup, StripGroups
from shiftscope.views.page.section import section
from shiftscope.views.parts.pictures.pictures import role, strongest
from shiftscope.views.parts.units.mean_change import both_signs
from shiftscope.views.repair.sentences import alone, argues_for, mean_ratio
from shiftscope.views.repair.shown_repair import ShownRepair

MOST_SHOWN = 6  # units
STRIP = 9  # images


@section(ShownRepair, place=30)
def silenced_units(shown: ShownRepair) -> StripGroups | None:
    """What the first of them argue for, and their strongest images in the baseline and in the shifted set."""
    found = shown.found
    if found is None or not found.units:
        return None
    groups = [StripGroup(_heading(shown, unit), _strips(shown, unit)) for unit in found.units[:MOST_SHOWN]]
    more = len(found.units) - len(groups)
    title = f"What is silenced; {more} more not shown" if more else "What is silenced"
    return StripGroups(title, groups, note=alone(found))


def _heading(shown: ShownRepair, unit: int) -> Sequence[str | Span]:
    selection, question = shown.selection, shown.question
    weights = selection.study.heads[question.layer].weight[:, unit]
    shifted, reference = (
        float(selection.study[name].summary(question.layer, Moments).mean()[unit])
        for name in (question.dataset, question.reference)
    )
    signed = both_signs(selection.study, question.reference, question.layer, unit)
    ratio = "" if signed else mean_ratio(shifted, reference)
    said = [argues_for(weights, selection.study.categories)]
    said.append(f"its mean in {question.dataset} is {ratio}" if ratio else "")
    words = "; ".join(filter(None, said))
    address = selection.unit(unit, question.layer)
    return [Span(f"unit {unit}", page=address), f": {words}" if words else ""]


def _strips(shown: ShownRepair, unit: int) -> list[ImageStrip]:
    selection, question = shown.selection, shown.question
    return [
        ImageStrip(
            f"strongest in {name}",
            strongest(selection, selection.study[name], question.layer, unit, STRIP),
            role(selection, name),
            empty="Silent on every sample.",
        )
        for name in (question.reference, question.dataset)
    ]
