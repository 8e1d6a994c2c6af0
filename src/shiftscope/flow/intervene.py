"""What is answered with some units changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from shiftscope.errors import BadRequest
from shiftscope.store.stored_study import StoredStudy

if TYPE_CHECKING:
    from torch import nn

    from shiftscope.explain.interventions.edit import EditKind
    from shiftscope.explain.interventions.intervention import Intervention


def intervene(
    study: StoredStudy,
    layer: str,
    units: Sequence[int],
    edit: EditKind = "silence",
    *,
    reference: str | None = None,
    model: nn.Module | None = None,
    data: Mapping[str, Any] | None = None,
    batch_size: int = 64,
    loader_workers: int = 0,
    progress: bool = True,
    how: EditKind | None = None,
) -> Intervention:
    """Change what some units respond, and see what the model answers on each dataset.

    Without `data` this is computed from what is stored, through the linear head that `layer` feeds. With
    `data`, datasets as they were recorded by their names, the model runs anew and any recorded layer can be
    changed.

    Parameters
    ----------
    edit
        "silence": the response is 0. "clamp": it is brought into the unit's range on the reference. "replace":
        it becomes the unit's mean over the samples of the reference whose label is the predicted category.
    how
        Another name of `edit`.
    model
        Needed with `data` once after `open_study`.
    """
    edit = edit if how is None else how
    if data is None:
        from shiftscope.explain.interventions.intervene import intervene_through_head

        if model is not None:
            raise BadRequest("a model and nothing to show it: give data={name: dataset} too.")
        return intervene_through_head(study, units, edit, layer=layer, reference=reference)
    from shiftscope.datasets.source import as_dataset
    from shiftscope.explain.interventions.live import intervene_live
    from shiftscope.progress import bar, silent
    from shiftscope.recording.stream import PassOptions

    study.model = model or study.model
    if study.model is None:
        raise BadRequest("an opened study does not hold the model: pass intervene(..., model=net) once.")
    shown = {name: as_dataset(given, categories=study.categories) for name, given in data.items()}
    samples = sum(map(len, shown.values()))
    with (bar if progress else silent)("intervening", 0, samples) as advance:
        run = PassOptions(batch_size=batch_size, loader_workers=loader_workers, progress=advance)
        return intervene_live(
            study, study.model, shown, units, edit, layer=layer, reference=reference, run=run
        )
