"""What is answered with some units changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from shiftscope.flow.steps.opened import opened
from shiftscope.progress import Progress
from shiftscope.store.result_kinds import result_kind
from shiftscope.store.stored_study import StoredStudy

if TYPE_CHECKING:
    from torch import nn

    from shiftscope.explain.interventions.edit import EditKind
    from shiftscope.explain.interventions.intervention import Intervention
    from shiftscope.explain.interventions.live import Change
    from shiftscope.recording.live_study import LiveStudy


def _versions() -> dict[str, int]:
    from shiftscope.explain.interventions.stored_answers import KIND, VERSION

    return {KIND: VERSION}


result_kind("interventions", _versions)


def intervene(
    study: StoredStudy,
    layer: str | None,
    units: Sequence[int],
    edit: EditKind = "silence",
    *,
    reference: str | None = None,
    model: nn.Module | None = None,
    data: Mapping[str, Any] | None = None,
    batch_size: int = 64,
    loader_workers: int = 0,
    progress: bool | Progress = True,
    live: LiveStudy | None = None,
    how: EditKind | None = None,
) -> Intervention:
    """Change what some units respond, and see what the model answers on each dataset.

    Without a model this is computed from what is stored, through the linear head that `layer` feeds. With one it runs
    anew over each dataset, any layer can be changed, and what it answers is stored in the study.

    Parameters
    ----------
    layer
        A recorded or derived one; the one that feeds the head where None.
    edit
        "silence": the response is 0. "clamp": it is brought into the unit's range on the reference. "replace":
        it becomes the unit's mean over the samples of the reference whose label is the predicted category.
    model, data
        As for `live`: the model, and the datasets to show to it by their names in the study, no others; all that can
        be opened again where none is given.
    live
        The study with both at hand, in place of `model` and `data`.
    how
        Another name of `edit`.
    """
    edit = edit if how is None else how
    if live is None and model is None and data is None:
        from shiftscope.explain.interventions.intervene import intervene_through_head

        return intervene_through_head(study, units, edit, layer=layer, reference=reference)
    from shiftscope.explain.interventions.head import checked_units, head_behind
    from shiftscope.explain.interventions.intervention import Intervention
    from shiftscope.explain.interventions.live import changed_answers
    from shiftscope.explain.interventions.stored_answers import read_answers, write_answers
    from shiftscope.progress import shown, tell
    from shiftscope.recording.live_study import LiveStudy
    from shiftscope.recording.stream import PassOptions

    if live is None:
        live = opened(study, model, data, LiveStudy)
    if layer is None:
        layer = head_behind(study).layer
    units, against = checked_units(units, study, layer), study[reference or study.reference].name
    live.refuse_changed_model()  # what it answers is stored
    asked = list(data) if data else live.at_hand()
    if progress is True:
        tell("left out", [str(error) for error in live.left_out.values()])
    kept = {name: read_answers(study, name, layer, units, edit, against) for name in asked}
    missing = [name for name in asked if kept[name] is None]
    change = _change(live, layer, units, edit, against)
    total = sum(len(live.dataset(name)) for name in missing)
    with shown(progress)("intervening", 0, total) as advance:
        run = PassOptions(batch_size=batch_size, loader_workers=loader_workers, progress=advance)
        for name in missing:
            samples, plan = study[name].samples, study[name].plan
            found = changed_answers(
                live.model, live.dataset(name), change, samples, plan, study.categories, run
            )
            kept[name] = found
            write_answers(study, name, layer, units, edit, against, found)
    return Intervention(layer, units, edit, against, {name: each for name, each in kept.items() if each})


def _change(live: LiveStudy, layer: str, units: Sequence[int], edit: EditKind, reference: str) -> Change:
    """Of what the layer returns.

    Raises
    ------
    LayerError
        A layer of which the model holds nothing that can be changed so.
    """
    from shiftscope.explain.interventions.changeable import changeable
    from shiftscope.explain.interventions.edit import Edit
    from shiftscope.explain.interventions.live import Change, ChangeOfCodes

    study = live.study
    encoder, described = live.encoders.get(study.layer(layer).name), changeable(study, layer)
    to = Edit.of(edit, study[reference], layer, units)
    return ChangeOfCodes(described, units, to, encoder) if encoder else Change(described, units, to)
