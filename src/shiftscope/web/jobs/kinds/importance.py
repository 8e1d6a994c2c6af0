"""How much each feature of a derived layer counts for each category."""

from __future__ import annotations

from shiftscope.progress import Progress
from shiftscope.web.jobs.derived_alone import check_derived
from shiftscope.web.jobs.kind import Live, job


def _title(*, layer: str) -> str:
    return f"Importance of the features of {layer}"


@job("importance", _title, check_derived)
def importance(live: Live, progress: Progress, *, layer: str) -> None:
    """Through the linear head where the layer behind it feeds one, otherwise by the model."""
    live.importance(layer, progress=progress)
