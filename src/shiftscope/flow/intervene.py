"""What is answered with some units changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from shiftscope.errors import BadRequest
from shiftscope.progress import Progress, silent
from shiftscope.store.stored_study import StudyFiles

if TYPE_CHECKING:
    from torch import nn

    from shiftscope.explain.interventions.edit import How
    from shiftscope.explain.interventions.intervention import Intervention


def intervene(
    study: StudyFiles,
    layer: str,
    units: Sequence[int],
    how: How = "silence",
    *,
    reference: str | None = None,
    model: nn.Module | None = None,
    data: Mapping[str, Any] | None = None,
    batch_size: int = 64,
    loader_workers: int = 0,
    progress: Progress = silent,
) -> Intervention:
    """What is answered with some units changed: by the study's head, or by the model where `data` are given."""
    if data is None:
        from shiftscope.explain.interventions.intervene import intervene as through_the_head

        return through_the_head(study, units, how, layer=layer, reference=reference)
    from shiftscope.datasets.source import as_dataset
    from shiftscope.explain.interventions.live import intervene_live
    from shiftscope.recording.stream import Pass

    if model is None:
        raise BadRequest("data and no model to show them to: give model=net too.")
    shown = {name: as_dataset(given, categories=study.categories) for name, given in data.items()}
    samples = sum(map(len, shown.values()))
    with progress("intervening", 0, samples) as advance:
        run = Pass(batch_size=batch_size, loader_workers=loader_workers, progress=advance)
        return intervene_live(study, model, shown, units, how, layer=layer, reference=reference, run=run)
