"""What is answered with some units changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from shiftscope.flow.opened import opened
from shiftscope.store.stored_study import StoredStudy

if TYPE_CHECKING:
    from torch import nn

    from shiftscope.explain.interventions.edit import EditKind
    from shiftscope.explain.interventions.intervention import Intervention
    from shiftscope.recording.live_study import LiveStudy


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
    progress: bool = True,
    live: LiveStudy | None = None,
    how: EditKind | None = None,
) -> Intervention:
    """Change what some units respond, and see what the model answers on each dataset.

    Without a model this is computed from what is stored, through the linear head that `layer` feeds. With one it runs
    anew over each dataset, and any recorded layer can be changed.

    Parameters
    ----------
    layer
        A recorded or derived one; the one that feeds the head where None.
    edit
        "silence": the response is 0. "clamp": it is brought into the unit's range on the reference. "replace":
        it becomes the unit's mean over the samples of the reference whose label is the predicted category.
    model, data
        As for `live`: the model, and the datasets to show to it by their names in the study; all that can be opened
        again where none is given.
    live
        The study with both at hand, in place of `model` and `data`.
    how
        Another name of `edit`.
    """
    edit = edit if how is None else how
    if live is None and model is None and data is None:
        from shiftscope.explain.interventions.intervene import intervene_through_head

        return intervene_through_head(study, units, edit, layer=layer, reference=reference)
    from shiftscope.explain.interventions.head import head_behind
    from shiftscope.explain.interventions.live import intervene_live
    from shiftscope.progress import bar, silent
    from shiftscope.recording.live_study import LiveStudy
    from shiftscope.recording.stream import PassOptions

    if live is None:
        live = opened(study, model, data, LiveStudy)
    if layer is None:
        layer = head_behind(study).layer
    shown = live.given or list(study)
    samples = sum(len(live.dataset(name)) for name in shown)
    with (bar if progress else silent)("intervening", 0, samples) as advance:
        run = PassOptions(batch_size=batch_size, loader_workers=loader_workers, progress=advance)
        return intervene_live(live, shown, units, edit, layer=layer, reference=reference, run=run)
