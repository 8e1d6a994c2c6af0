"""Answers of the model at hand, where the stored head does not tell them."""

from __future__ import annotations

from shiftscope.views.intervention.shown_intervention import ShownIntervention
from shiftscope.views.page.panels import Panel
from shiftscope.views.page.section import section
from shiftscope.views.parts.computation import computation


@section(ShownIntervention, place=15)
def by_the_model(shown: ShownIntervention) -> Panel | None:
    """Offered once units are named, for the datasets that the model has not answered yet."""
    selection = shown.selection
    if shown.through_head or not shown.units:
        return None
    answered = shown.done.answers if shown.done else {}
    missing = [name for name in shown.kept if name not in answered]
    if not missing:
        return None
    return computation(
        selection.study,
        "The model has to be asked",
        f"{selection.layer} does not feed the logits by a linear map, so the model runs anew over "
        f"{' and '.join(missing)}.",
        kind="intervene",
        parameters={
            "layer": selection.layer,
            "units": ", ".join(map(str, shown.units)),
            "how": shown.edit,
            "reference": selection.reference,
        },
        page=shown.at(),
        samples=sum(selection.study[name].plan.samples for name in missing),
    )
