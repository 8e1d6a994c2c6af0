"""Answers of the model at hand, where the stored head does not tell them."""

from __future__ import annotations

from shiftscope.store.stored_study import StoredStudy
from shiftscope.views.intervention.shown_intervention import ShownIntervention
from shiftscope.views.page.panels import Message, Panel
from shiftscope.views.page.section import section
from shiftscope.views.parts.computation import computation
from shiftscope.views.parts.view_command import view_command


def model_at_hand(study: StoredStudy) -> str:
    return (
        f"With the model at hand any layer can be changed: start the viewer with {view_command(study)}, or "
        "study.intervene(layer, units, model=net, data=...)."
    )


@section(ShownIntervention, place=15)
def by_the_model(shown: ShownIntervention) -> Panel | None:
    """Offered once units are named, for the datasets that the model has not answered yet; told where it cannot be."""
    selection = shown.selection
    if shown.through_head or not shown.units:
        return None
    answered = shown.done.answers if shown.done else {}
    missing = [name for name in shown.kept if name not in answered]
    if not missing:
        return None
    names = " and ".join(missing)
    offer = computation(
        selection.study,
        "The model has to be asked",
        f"{selection.layer} does not feed the logits by a linear map, so the model runs anew over {names}.",
        kind="intervene",
        parameters={
            "layer": selection.layer,
            "units": ", ".join(map(str, shown.units)),
            "edit": shown.edit,
            "reference": selection.baseline,
        },
        page=shown.at(),
        size=sum(selection.study[name].plan.samples for name in missing),
    )
    return offer or Message(
        "The model was not asked",
        f"{selection.layer} does not feed the logits by a linear map, and no answer to this change is stored for "
        f"{names}. {model_at_hand(selection.study)}",
    )
