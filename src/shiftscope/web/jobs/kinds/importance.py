"""How much each feature of a derived layer counts for each category."""

from __future__ import annotations

from shiftscope.errors import BadRequest
from shiftscope.progress import Progress
from shiftscope.store.stored_study import StoredStudy
from shiftscope.web.jobs.kind import Live, job


def _title(*, layer: str) -> str:
    return f"Importance of the features of {layer}"


def _check(study: StoredStudy, *, layer: str) -> None:
    if study.layer(layer).name not in study.derived:
        raise BadRequest(f"{layer!r} was recorded, so it has units and no features.")


@job("importance", _title, _check)
def importance(live: Live, progress: Progress, *, layer: str) -> None:
    """Through the linear head where the layer behind it feeds one, otherwise by the model."""
    live.importance(layer, progress=progress)
